package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Locale;
import java.util.Set;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCollectionTypeNameSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/** The names of types: those that are there, and those that belong to the dialect and will come. */
final class TypeNames {
  /** Digits after the point of a DECIMAL that names neither. */
  private static final int DEFAULT_SCALE = 10;

  /** In lower case. */
  private static final Set<String> NOT_YET =
      Set.of(
          "nchar",
          "nvarchar",
          "blob",
          "clob",
          "timetz",
          "interval",
          "sparsevec",
          "bitvec",
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
          ErrorCode.DIMENSION_MISMATCH,
          where
              + "a vector has 1 to "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, found "
              + dimension);
    }
    return new SqlType.Vector(dimension, element(element, where));
  }

  /** The element of this name. */
  static SqlType.Element element(String name, String where) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32" -> SqlType.Element.FLOAT32;
      case "float16" -> SqlType.Element.FLOAT16;
      case "bfloat16" -> SqlType.Element.BFLOAT16;
      case "int8" -> SqlType.Element.INT8;
      case "binary" -> SqlType.Element.BINARY;
      case "float64" -> throw Unsupported.notYet(where, "vectors of FLOAT64");
      default ->
          throw new QuiverException(
              ErrorCode.UNDEFINED_OBJECT,
              where
                  + "a vector's element is FLOAT32, FLOAT16, BFLOAT16, INT8 or BINARY, found "
                  + name);
    };
  }

  /**
   * The type that Calcite's grammar or ours has read in a cast.
   *
   * @throws QuiverException 0A000, 42704 or 22023
   */
  static SqlType of(SqlTypeNameSpec name, SqlParserPos position) {
    String where = SourcePositions.describe(position);
    return switch (name) {
      case SqlVectorTypeNameSpec vector -> vector.vector();
      case SqlScalarTypeNameSpec scalar -> scalar.type();
      case SqlCollectionTypeNameSpec collection -> array(collection, position);
      case SqlBasicTypeNameSpec basic -> basic(basic, where);
      default -> throw unknown(name.getTypeName().toString(), where);
    };
  }

  private static SqlType array(SqlCollectionTypeNameSpec collection, SqlParserPos position) {
    String kind = collection.getTypeName().getSimple();
    if (!kind.equalsIgnoreCase("array")) {
      throw unknown(kind, SourcePositions.describe(position));
    }
    return new SqlType.Array(of(collection.getElementTypeName(), position));
  }

  private static SqlType basic(SqlBasicTypeNameSpec name, String where) {
    SqlTypeName calcite = SqlTypeName.get(name.getTypeName().getSimple());
    int precision = name.getPrecision();
    return switch (calcite) {
      case BOOLEAN -> SqlType.BOOLEAN;
      case TINYINT -> SqlType.TINYINT;
      case SMALLINT -> SqlType.SMALLINT;
      case INTEGER -> SqlType.INTEGER;
      case BIGINT -> SqlType.BIGINT;
      case REAL -> SqlType.REAL;
      case FLOAT, DOUBLE -> SqlType.DOUBLE;
      case DATE -> SqlType.DATE;
      case TIME -> SqlType.TIME;
      case TIMESTAMP -> SqlType.TIMESTAMP;
      case TIMESTAMP_TZ, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> SqlType.TIMESTAMP_TZ;
      case UUID -> SqlType.UUID;
      case DECIMAL -> decimal(precision, name.getScale());
      case CHAR, VARCHAR -> {
        int unbounded = calcite == SqlTypeName.CHAR ? 1 : SqlType.Varchar.UNBOUNDED;
        yield new SqlType.Varchar(precision < 0 ? unbounded : precision);
      }
      case BINARY, VARBINARY ->
          new SqlType.Varbinary(precision < 0 ? SqlType.Varbinary.UNBOUNDED : precision);
      case null, default -> throw unknown(name.getTypeName().toString(), where);
    };
  }

  /** DECIMAL without a precision has room on both sides of the point; without a scale, none. */
  static SqlType decimal(int precision, int scale) {
    return precision < 0
        ? new SqlType.Decimal(SqlType.Decimal.MAX_PRECISION, DEFAULT_SCALE)
        : new SqlType.Decimal(precision, Math.max(scale, 0));
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
