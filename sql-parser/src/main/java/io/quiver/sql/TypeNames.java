package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Locale;
import java.util.Set;

/** The names of types: those that are there, and those that belong to the dialect and will come. */
final class TypeNames {
  /** In lower case. */
  private static final Set<String> NOT_YET =
      Set.of(
          "tinyint",
          "smallint",
          "int2",
          "smallserial",
          "serial2",
          "decimal",
          "numeric",
          "dec",
          "char",
          "character",
          "nchar",
          "nvarchar",
          "binary",
          "varbinary",
          "bytea",
          "blob",
          "clob",
          "time",
          "timestamptz",
          "timetz",
          "interval",
          "uuid",
          "json",
          "jsonb",
          "halfvec",
          "sparsevec",
          "bit",
          "bitvec",
          "array",
          "map",
          "row",
          "multiset",
          "geometry",
          "variant",
          "any",
          "xml",
          "money",
          "unsigned",
          "utinyint",
          "usmallint",
          "uinteger",
          "ubigint");

  private TypeNames() {}

  /**
   * VECTOR of this dimension and element.
   *
   * @param where begins the message of an error
   */
  static SqlType.Vector vector(int dimension, String element, String where) {
    if (dimension < 1 || dimension > SqlType.Vector.MAX_DIMENSION) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          where
              + "a vector has 1 to "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, found "
              + dimension);
    }
    return switch (element.toLowerCase(Locale.ROOT)) {
      case "float32" -> SqlType.vector(dimension);
      case "float16", "bfloat16", "int8", "binary", "float64" ->
          throw Unsupported.notYet(where, "vectors of " + element.toUpperCase(Locale.ROOT));
      default ->
          throw new QuiverException(
              ErrorCode.UNDEFINED_OBJECT,
              where + "a vector's element is FLOAT32, found " + element);
    };
  }

  static boolean isNotYet(String name) {
    return NOT_YET.contains(name.toLowerCase(Locale.ROOT));
  }

  /** What to say of a type that is not there: that it will come, or that it is unknown. */
  static QuiverException unknown(String name, String where) {
    if (isNotYet(name)) {
      return Unsupported.notYet(where, "the type " + name.toUpperCase(Locale.ROOT));
    }
    return new QuiverException(
        ErrorCode.UNDEFINED_OBJECT, where + "there is no type \"" + name + "\"");
  }
}
