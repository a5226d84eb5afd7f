package io.quiver.planner;

import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/** Makes the queries that statements stand for. */
final class Selects {
  private Selects() {}

  /** SELECT items [FROM from] [WHERE condition]. */
  static SqlSelect of(
      SqlParserPos position,
      SqlNodeList items,
      @Nullable SqlNode from,
      @Nullable SqlNode condition) {
    return new SqlSelect(
        position, null, items, from, condition, null, null, null, null, null, null, null, null);
  }
}
