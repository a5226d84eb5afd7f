package io.quiver.planner;

import io.quiver.sql.DistinctOn;
import io.quiver.types.ErrorCode;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.SqlWindow;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Litmus;
import org.jspecify.annotations.Nullable;

/**
 * DISTINCT ON as the QUALIFY that it stands for: {@code row_number() OVER (PARTITION BY keys ORDER
 * BY order) = 1}.
 */
final class FirstRows {
  private static final Set<SqlKind> SORT_SUFFIXES =
      EnumSet.of(SqlKind.DESCENDING, SqlKind.NULLS_FIRST, SqlKind.NULLS_LAST);

  private final SqlNodeList selectList;

  private FirstRows(SqlNodeList selectList) {
    this.selectList = selectList;
  }

  /**
   * The query's QUALIFY, said or meant.
   *
   * @param order of the query
   * @throws io.quiver.types.QuiverException 42P10 where the order does not begin with the keys
   */
  static @Nullable SqlNode qualify(SqlSelect select, SqlNodeList order) {
    SqlNodeList keys = DistinctOn.keys(select);
    return keys == null
        ? select.getQualify()
        : new FirstRows(select.getSelectList()).condition(keys, order);
  }

  private SqlNode condition(SqlNodeList keys, SqlNodeList order) {
    SqlParserPos position = keys.getParserPosition();
    List<SqlNode> partition = keys.stream().map(this::expression).toList();
    List<SqlNode> sorted = order.stream().map(this::expression).toList();
    for (SqlNode item : sorted.subList(0, Math.min(partition.size(), sorted.size()))) {
      SqlNode key = withoutSuffix(item);
      if (partition.stream().noneMatch(other -> isSame(other, key))) {
        throw Messages.at(
            item.getParserPosition(),
            ErrorCode.INVALID_COLUMN_REFERENCE,
            "ORDER BY must begin with the expressions of DISTINCT ON");
      }
    }
    SqlNode window =
        SqlWindow.create(
            null,
            null,
            SqlNodeList.of(position, partition),
            SqlNodeList.of(position, sorted),
            SqlLiteral.createBoolean(false, position),
            null,
            null,
            null,
            position);
    SqlNode number =
        SqlStdOperatorTable.OVER.createCall(
            position, SqlStdOperatorTable.ROW_NUMBER.createCall(position), window);
    return SqlStdOperatorTable.EQUALS.createCall(
        position, number, SqlLiteral.createExactNumeric("1", position));
  }

  /** What a key means: a place in the select list, a name in it, or itself. */
  private SqlNode expression(SqlNode key) {
    if (SORT_SUFFIXES.contains(key.getKind())) {
      SqlCall suffix = (SqlCall) key;
      return suffix
          .getOperator()
          .createCall(key.getParserPosition(), expression(suffix.operand(0)));
    }
    if (key instanceof SqlNumericLiteral number && number.isInteger()) {
      return selected(number);
    }
    if (key instanceof SqlIdentifier identifier && identifier.isSimple()) {
      for (SqlNode item : selectList) {
        if (item.getKind() == SqlKind.AS
            && ((SqlCall) item).operand(1).toString().equals(identifier.getSimple())) {
          return SqlUtil.stripAs(item);
        }
      }
    }
    return key;
  }

  private SqlNode selected(SqlNumericLiteral number) {
    long place = number.longValue(true);
    for (SqlNode item : selectList) {
      place--;
      if (item instanceof SqlIdentifier identifier && identifier.isStar()) {
        throw Messages.at(
            number.getParserPosition(),
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "a number that counts through * is not supported with DISTINCT ON");
      }
      if (place == 0) {
        return SqlUtil.stripAs(item);
      }
    }
    throw Messages.at(
        number.getParserPosition(), ErrorCode.UNDEFINED_COLUMN, "there is no such column");
  }

  private static SqlNode withoutSuffix(SqlNode item) {
    SqlNode key = item;
    while (SORT_SUFFIXES.contains(key.getKind())) {
      key = ((SqlCall) key).operand(0);
    }
    return key;
  }

  /** A column may be written with its table or without. */
  private static boolean isSame(SqlNode one, SqlNode other) {
    if (one instanceof SqlIdentifier a
        && other instanceof SqlIdentifier b
        && (a.isSimple() || b.isSimple())) {
      return a.names.getLast().equals(b.names.getLast());
    }
    return one.equalsDeep(other, Litmus.IGNORE);
  }
}
