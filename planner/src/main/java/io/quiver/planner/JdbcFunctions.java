package io.quiver.planner;

import io.quiver.types.ErrorCode;
import java.util.Locale;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJdbcDataTypeName;
import org.apache.calcite.sql.SqlJdbcFunctionCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;

/** JDBC's escape {@code {fn name(...)}}: the function of that name, and CONVERT is a cast. */
final class JdbcFunctions {
  private JdbcFunctions() {}

  static SqlCall plain(SqlJdbcFunctionCall function, SqlCall call) {
    String name =
        function.getName().toLowerCase(Locale.ROOT).replaceAll("^\\{fn\\s+|\\s*}$", "").strip();
    SqlParserPos position = call.getParserPosition();
    if (name.equals("convert")) {
      return SqlStdOperatorTable.CAST.createCall(position, call.operand(0), type(call.operand(1)));
    }
    return new SqlUnresolvedFunction(
            new SqlIdentifier(name, position),
            null,
            null,
            null,
            null,
            SqlFunctionCategory.USER_DEFINED_FUNCTION)
        .createCall(position, call.getOperandList());
  }

  private static SqlNode type(SqlNode named) {
    SqlParserPos position = named.getParserPosition();
    SqlJdbcDataTypeName name =
        named instanceof SqlLiteral literal ? literal.symbolValue(SqlJdbcDataTypeName.class) : null;
    if (name == SqlJdbcDataTypeName.SQL_CHAR) {
      // A CHAR of no length would be one character.
      return new SqlDataTypeSpec(new SqlBasicTypeNameSpec(SqlTypeName.VARCHAR, position), position);
    }
    if (name == null || !(name.createDataType(position) instanceof SqlDataTypeSpec type)) {
      throw Messages.at(
          position,
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "CONVERT does not take this type; use CAST(value AS type)");
    }
    return type;
  }
}
