package io.quiver.planner.translate;

import io.quiver.sql.OtherSqlType;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.jspecify.annotations.Nullable;

/** Quiver's types and Calcite's, each in the other's words, and how types meet. */
public final class Types {
  private Types() {}

  /** The type as Calcite names it. */
  public static RelDataType toCalcite(QuiverTypeFactory factory, SqlType type, boolean nullable) {
    return factory.createType(type, nullable);
  }

  /**
   * The type as Quiver names it.
   *
   * @throws QuiverException 0A000 for a type that Quiver lacks
   */
  public static SqlType fromCalcite(RelDataType type) {
    if (type instanceof VectorSqlType vector) {
      return vector.vector();
    }
    if (type instanceof OtherSqlType other) {
      return other.type();
    }
    return switch (type.getSqlTypeName()) {
      case BOOLEAN -> SqlType.BOOLEAN;
      case TINYINT -> SqlType.TINYINT;
      case SMALLINT -> SqlType.SMALLINT;
      case INTEGER -> SqlType.INTEGER;
      case BIGINT -> SqlType.BIGINT;
      case REAL -> SqlType.REAL;
      case FLOAT, DOUBLE -> SqlType.DOUBLE;
      case DECIMAL -> DecimalTypes.of(type.getPrecision(), type.getScale());
      case TIME -> SqlType.TIME;
      case BINARY, VARBINARY -> SqlType.VARBINARY;
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

  /** The type of a number written out: DECIMAL, or DOUBLE where that has too few digits. */
  public static SqlType ofNumber(BigDecimal number) {
    return DecimalTypes.of(number);
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

  /** DATE and the TIMESTAMPs: days and what can be made of them. */
  static boolean isTime(SqlType type) {
    return type.equals(SqlType.DATE)
        || type.equals(SqlType.TIMESTAMP)
        || type.equals(SqlType.TIMESTAMP_TZ);
  }

  /** An integer of any size. */
  static boolean isInteger(SqlType type) {
    int rank = numericRank(type);
    return rank >= 0 && rank <= 3;
  }

  /** Whether its text, or its local time, depends on the session's time zone. */
  static boolean isZoned(SqlType type) {
    return type.equals(SqlType.TIMESTAMP_TZ)
        || (type instanceof SqlType.Array array && array.element().equals(SqlType.TIMESTAMP_TZ));
  }

  /** The same but for the length of a text or of bytes, which no operator looks at. */
  static boolean same(SqlType a, SqlType b) {
    return a.equals(b)
        || (a instanceof SqlType.Varchar && b instanceof SqlType.Varchar)
        || (a instanceof SqlType.Varbinary && b instanceof SqlType.Varbinary)
        || (a instanceof SqlType.Array x
            && b instanceof SqlType.Array y
            && same(x.element(), y.element()));
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
      return isZoned(a) || isZoned(b) ? SqlType.TIMESTAMP_TZ : SqlType.TIMESTAMP;
    }
    if (a instanceof SqlType.Varbinary && b instanceof SqlType.Varbinary) {
      return SqlType.VARBINARY;
    }
    if (a instanceof SqlType.Array x && b instanceof SqlType.Array y) {
      SqlType element = common(x.element(), y.element());
      return element == null ? null : new SqlType.Array(element);
    }
    if (a instanceof SqlType.Vector x && b instanceof SqlType.Vector y) {
      return commonVector(x, y);
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

  /** Numbers of different width meet as FLOAT32, which holds all of them; bits meet bits alone. */
  private static SqlType.@Nullable Vector commonVector(SqlType.Vector a, SqlType.Vector b) {
    boolean bits = a.element() == SqlType.Element.BINARY;
    if (bits != (b.element() == SqlType.Element.BINARY)) {
      return null;
    }
    return new SqlType.Vector(
        a.dimension() == b.dimension() ? a.dimension() : SqlType.Vector.ANY_DIMENSION,
        a.element() == b.element() ? a.element() : SqlType.Element.FLOAT32);
  }

  // An integer and a REAL meet as DOUBLE, as in PostgreSQL: REAL would lose digits.
  private static SqlType commonNumeric(SqlType a, SqlType b) {
    if (numericRank(a) <= 4 && numericRank(b) <= 4 && !(isInteger(a) && isInteger(b))) {
      return DecimalTypes.common(DecimalTypes.of(a), DecimalTypes.of(b));
    }
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
    if (from instanceof SqlType.Array x && to instanceof SqlType.Array y) {
      return assignable(x.element(), y.element());
    }
    return (isNumeric(from) && isNumeric(to))
        || (from instanceof SqlType.Array array
            && to instanceof SqlType.Vector
            && isNumeric(array.element()))
        || (to.equals(SqlType.TIME) && (from.equals(SqlType.TIMESTAMP) || isZoned(from)))
        || (isTime(from) && isTime(to))
        || (from instanceof SqlType.Vector x
            && to instanceof SqlType.Vector y
            && commonVector(x, y) != null);
  }
}
