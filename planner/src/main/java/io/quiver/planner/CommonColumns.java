package io.quiver.planner;

import io.quiver.types.ErrorCode;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.util.SqlShuttle;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorNamespace;
import org.apache.calcite.sql.validate.SqlValidatorUtil;
import org.jspecify.annotations.Nullable;

/**
 * What the name of a column of USING, or of a NATURAL join, means in WHERE: the column of the side
 * that is always there, and of a full join the one that is. Calcite knows it elsewhere, where no
 * third table has the column.
 */
final class CommonColumns extends SqlShuttle {
  private final SqlValidatorImpl validator;
  private final SqlNode from;

  /** Only the names of columns that more than two tables have in common are resolved. */
  private final boolean onlyChains;

  /** Names that mean something else where they stand alone. */
  private final Set<String> hidden = new HashSet<>();

  private CommonColumns(SqlValidatorImpl validator, SqlNode from, boolean onlyChains) {
    this.validator = validator;
    this.from = from;
    this.onlyChains = onlyChains;
  }

  /** The condition with such names resolved, those in subqueries aside. */
  static SqlNode resolve(SqlValidatorImpl validator, SqlNode from, SqlNode condition) {
    return from instanceof SqlJoin
        ? Objects.requireNonNull(condition.accept(new CommonColumns(validator, from, false)))
        : condition;
  }

  /**
   * Resolves, in all clauses but FROM and WHERE, the names of columns that more than two tables
   * have in common: Calcite takes such a column from the first two tables. Each is a column of one
   * table, as {@link #check} has refused the others.
   */
  static void resolveChains(SqlValidatorImpl validator, SqlSelect select) {
    if (!(select.getFrom() instanceof SqlJoin from)) {
      return;
    }
    CommonColumns columns = new CommonColumns(validator, from, true);
    if (!columns.isChain(from)) {
      return;
    }
    // In place: the validator has the lists in hand already.
    columns.resolveAll(select.getSelectList());
    columns.resolveAll(select.getWindowList());
    SqlNodeList group = select.getGroup();
    if (group != null) {
      columns.resolveAll(group);
    }
    select.setHaving(columns.expression(select.getHaving()));
    select.setQualify(columns.expression(select.getQualify()));
    SqlNodeList order = select.getOrderList();
    if (order != null) {
      // There, a name of the select list comes first.
      select.getSelectList().stream()
          .map(SqlValidatorUtil::alias)
          .filter(Objects::nonNull)
          .forEach(columns.hidden::add);
      columns.resolveAll(order);
    }
  }

  private void resolveAll(SqlNodeList nodes) {
    for (int i = 0; i < nodes.size(); i++) {
      nodes.set(i, expression(nodes.get(i)));
    }
  }

  private @Nullable SqlNode expression(@Nullable SqlNode node) {
    return node == null ? null : node.accept(this);
  }

  /**
   * Refuses a column that three tables have in common where one of the joins is a right or full
   * one: Calcite would take it from the first two tables alone.
   */
  static void check(SqlValidatorImpl validator, SqlJoin join) {
    CommonColumns columns = new CommonColumns(validator, join, false);
    for (String name : columns.names(join)) {
      boolean keepsRight = keepsRight(join) || columns.isOfJoinThatKeepsRight(join.getLeft(), name);
      if (keepsRight
          && (columns.isCommon(join.getLeft(), name) || columns.isCommon(join.getRight(), name))) {
        throw Messages.at(
            join.getParserPosition(),
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "column \"" + name + "\" in USING of several right or full joins is not supported yet");
      }
    }
  }

  private static boolean keepsRight(SqlJoin join) {
    return join.getJoinType() == JoinType.FULL || join.getJoinType() == JoinType.RIGHT;
  }

  private boolean isOfJoinThatKeepsRight(SqlNode node, String name) {
    return node instanceof SqlJoin join
        && ((keepsRight(join) && names(join).contains(name))
            || isOfJoinThatKeepsRight(join.getLeft(), name)
            || isOfJoinThatKeepsRight(join.getRight(), name));
  }

  @Override
  public @Nullable SqlNode visit(SqlCall call) {
    if (call.getKind() == SqlKind.AS) {
      SqlCall named = (SqlCall) call.clone(call.getParserPosition());
      named.setOperand(0, call.operand(0).accept(this));
      return named;
    }
    return call instanceof SqlSelect ? call : super.visit(call);
  }

  @Override
  public SqlNode visit(SqlIdentifier identifier) {
    if (!identifier.isSimple()
        || hidden.contains(identifier.getSimple())
        || !isCommon(from, identifier.getSimple())
        || (onlyChains && !isChain(from, identifier.getSimple()))) {
      return identifier;
    }
    SqlNode column = column(from, identifier.getSimple(), identifier.getParserPosition());
    return column == null ? identifier : column;
  }

  private boolean isCommon(SqlNode node, String name) {
    return node instanceof SqlJoin join
        && (names(join).contains(name)
            || isCommon(join.getLeft(), name)
            || isCommon(join.getRight(), name));
  }

  /** Whether more than two tables have any column in common. */
  private boolean isChain(SqlNode node) {
    return node instanceof SqlJoin join
        && (names(join).stream().anyMatch(name -> isChain(join, name))
            || isChain(join.getLeft())
            || isChain(join.getRight()));
  }

  private boolean isChain(SqlNode node, String name) {
    return node instanceof SqlJoin join
        && ((names(join).contains(name)
                && (isCommon(join.getLeft(), name) || isCommon(join.getRight(), name)))
            || isChain(join.getLeft(), name)
            || isChain(join.getRight(), name));
  }

  private List<String> names(SqlJoin join) {
    List<String> names = validator.usingNames(join);
    return names == null ? List.of() : names;
  }

  /** The column of a part of FROM that a name means, or null where it is none or several. */
  private @Nullable SqlNode column(SqlNode node, String name, SqlParserPos position) {
    if (!(node instanceof SqlJoin join)) {
      SqlValidatorNamespace namespace = validator.getNamespace(node);
      String table = SqlValidatorUtil.alias(node);
      return namespace != null
              && table != null
              && namespace.getRowType().getFieldNames().contains(name)
          ? new SqlIdentifier(List.of(table, name), position)
          : null;
    }
    SqlNode left = column(join.getLeft(), name, position);
    SqlNode right = column(join.getRight(), name, position);
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    if (!names(join).contains(name)) {
      return null;
    }
    return switch (join.getJoinType()) {
      case JoinType.FULL -> SqlStdOperatorTable.COALESCE.createCall(position, left, right);
      case JoinType.RIGHT -> right;
      default -> left;
    };
  }
}
