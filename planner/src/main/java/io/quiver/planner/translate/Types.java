package io.quiver.planner.translate;

import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Quiver's types and Calcite's, each in the other's words, and how types meet. */
public final class Types {
  private Types() {}

  /** The type as Calcite names it. */
  public static RelDataType toCalcite(QuiverTypeFactory factory, SqlType type, boolean nullable) {
    RelDataType bare =
        switch (type) {
          case SqlType.Simple simple -> factory.createSqlType(simpleName(simple));
          case SqlType.Varchar varchar ->
              varchar.maxLength() == SqlType.Varchar.UNBOUNDED
                  ? factory.createSqlType(SqlTypeName.VARCHAR)
                  : factory.createSqlType(SqlTypeName.VARCHAR, varchar.maxLength());
          case SqlType.Vector vector -> factory.createVectorType(vector, nullable);
          case SqlType.Decimal decimal ->
              factory.createSqlType(SqlTypeName.DECIMAL, decimal.precision(), decimal.scale());
          case SqlType.Varbinary _, SqlType.Array _ -> throw notYet(type);
        };
    return factory.createTypeWithNullability(bare, nullable);
  }

  private static SqlTypeName simpleName(SqlType.Simple simple) {
    return switch (simple) {
      case BOOLEAN -> SqlTypeName.BOOLEAN;
      case TINYINT -> SqlTypeName.TINYINT;
      case SMALLINT -> SqlTypeName.SMALLINT;
      case INTEGER -> SqlTypeName.INTEGER;
      case BIGINT -> SqlTypeName.BIGINT;
      case REAL -> SqlTypeName.REAL;
      case DOUBLE -> SqlTypeName.DOUBLE;
      case DATE -> SqlTypeName.DATE;
      case TIME -> SqlTypeName.TIME;
      case TIMESTAMP -> SqlTypeName.TIMESTAMP;
      case TIMESTAMP_TZ, UUID, JSON -> throw notYet(simple);
    };
  }

  private static QuiverException notYet(SqlType type) {
    return new QuiverException(
        ErrorCode.FEATURE_NOT_SUPPORTED, "the type " + type.sqlName() + " is not supported yet");
  }

  /**
   * The type as Quiver names it. DECIMAL, which only Calcite's own inferences give, is DOUBLE.
   *
   * @throws QuiverException 0A000 for a type that Quiver lacks
   */
  public static SqlType fromCalcite(RelDataType type) {
    if (type instanceof VectorSqlType vector) {
      return vector.vector();
    }
    return switch (type.getSqlTypeName()) {
      case BOOLEAN -> SqlType.BOOLEAN;
      case TINYINT, SMALLINT, INTEGER -> SqlType.INTEGER;
      case BIGINT -> SqlType.BIGINT;
      case REAL -> SqlType.REAL;
      case FLOAT, DOUBLE, DECIMAL -> SqlType.DOUBLE;
      case DATE -> SqlType.DATE;
      case TIMESTAMP -> SqlType.TIMESTAMP;
      case CHAR, NULL, ANY, UNKNOWN, SYMBOL -> SqlType.TEXT;
      case VARCHAR ->
          type.getPrecision() == RelDataType.PRECISION_NOT_SPECIFIED || type.getPrecision() < 1
              ? SqlType.TEXT
              : new SqlType.Varchar(type.getPrecision());
      default ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "the type " + type.getSqlTypeName().getName() + " is not supported");
    };
  }

  static boolean isNumeric(SqlType type) {
    return numericRank(type) >= 0;
  }

  private static int numericRank(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case TINYINT -> 0;
            case SMALLINT -> 1;
            case INTEGER -> 2;
            case BIGINT -> 3;
            case REAL -> 5;
            case DOUBLE -> 6;
            case BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON -> -1;
          };
      case SqlType.Decimal _ -> 4;
      case SqlType.Varchar _, SqlType.Varbinary _, SqlType.Array _, SqlType.Vector _ -> -1;
    };
  }

  static boolean isTime(SqlType type) {
    return type.equals(SqlType.DATE) || type.equals(SqlType.TIMESTAMP);
  }

  /** The same but for the length of a text, which no operator looks at. */
  static boolean same(SqlType a, SqlType b) {
    return a.equals(b) || (a instanceof SqlType.Varchar && b instanceof SqlType.Varchar);
  }

  /** The type that two operands are both cast to, or null where they cannot meet. */
  static @Nullable SqlType common(SqlType a, SqlType b) {
    if (a.equals(b)) {
      return a;
    }
    if (isNumeric(a) && isNumeric(b)) {
      return commonNumeric(a, b);
    }
    if (isTime(a) && isTime(b)) {
      return SqlType.TIMESTAMP;
    }
    if (a instanceof SqlType.Vector x && b instanceof SqlType.Vector y) {
      return x.dimension() == y.dimension()
          ? x
          : new SqlType.Vector(SqlType.Vector.ANY_DIMENSION, x.element());
    }
    if (a instanceof SqlType.Varchar && b instanceof SqlType.Varchar) {
      return SqlType.TEXT;
    }
    // A text meets anything as that thing, as literals and untyped parameters do in PostgreSQL.
    if (a instanceof SqlType.Varchar) {
      return b;
    }
    return b instanceof SqlType.Varchar ? a : null;
  }

  // An integer and a REAL meet as DOUBLE, as in PostgreSQL: REAL would lose digits.
  private static SqlType commonNumeric(SqlType a, SqlType b) {
    SqlType wider = numericRank(a) > numericRank(b) ? a : b;
    return wider.equals(SqlType.REAL) ? SqlType.DOUBLE : wider;
  }

  static @Nullable SqlType common(List<SqlType> types) {
    SqlType result = types.get(0);
    for (SqlType type : types.subList(1, types.size())) {
      SqlType next = common(result, type);
      if (next == null) {
        return null;
      }
      result = next;
    }
    return result;
  }

  /** Whether a value of one type may be stored in a column of another, as PostgreSQL sees it. */
  public static boolean assignable(SqlType from, SqlType to) {
    if (same(from, to) || to instanceof SqlType.Varchar) {
      return true;
    }
    return (isNumeric(from) && isNumeric(to))
        || (isTime(from) && isTime(to))
        || (from instanceof SqlType.Vector && to instanceof SqlType.Vector);
  }
}
