package io.quiver.planner;

import io.quiver.sql.SqlScalarTypeNameSpec;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.Objects;
import org.apache.calcite.sql.SqlBinaryStringLiteral;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.BitString;

/** Literals of types that Calcite does not know as we do: a cast of their text. */
final class Literals {
  private Literals() {}

  static SqlNode plain(SqlLiteral literal) {
    return switch (literal) {
      case SqlUnknownLiteral unknown ->
          switch (unknown.tag) {
            case "UUID" -> cast(text(unknown), SqlType.UUID, unknown);
            case "TIMESTAMP WITH TIME ZONE", "TIMESTAMP WITH LOCAL TIME ZONE" ->
                cast(text(unknown), SqlType.TIMESTAMP_TZ, unknown);
            default -> unknown;
          };
      case SqlBinaryStringLiteral bytes ->
          cast(
              "\\x" + Objects.requireNonNull(bytes.getValueAs(BitString.class)).toHexString(),
              SqlType.VARBINARY,
              bytes);
      case SqlNumericLiteral number when isLong(number) ->
          // More digits than a DECIMAL has.
          SqlLiteral.createApproxNumeric(
              Objects.requireNonNull(number.bigDecimalValue()).toString(),
              number.getParserPosition());
      default -> literal;
    };
  }

  static boolean isLong(SqlNumericLiteral number) {
    BigDecimal value = number.bigDecimalValue();
    return value != null
        && Math.max(value.precision(), value.scale()) > SqlType.Decimal.MAX_PRECISION;
  }

  private static String text(SqlUnknownLiteral literal) {
    return Objects.requireNonNull(literal.getValueAs(String.class));
  }

  private static SqlNode cast(String text, SqlType type, SqlLiteral literal) {
    SqlParserPos position = literal.getParserPosition();
    return SqlStdOperatorTable.CAST.createCall(
        position,
        SqlLiteral.createCharString(text, position),
        new SqlDataTypeSpec(new SqlScalarTypeNameSpec(type, position), position));
  }
}
