package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;

final class StatementParser {
  private StatementParser() {}

  static Statement parse(String sql) {
    SqlNode node = SqlParser.grammarStatement(sql);
    return switch (node.getKind()) {
      case INSERT -> new Statement.Modify(Statement.Modify.Kind.INSERT, node);
      case UPDATE -> new Statement.Modify(Statement.Modify.Kind.UPDATE, node);
      case DELETE -> new Statement.Modify(Statement.Modify.Kind.DELETE, node);
      default -> {
        if (node.isA(SqlKind.QUERY)) {
          yield new Statement.Query(node);
        }
        throw new QuiverException(ErrorCode.FEATURE_NOT_SUPPORTED, "" + node.getKind());
      }
    };
  }
}
