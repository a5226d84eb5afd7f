package io.quiver.planner;

import io.quiver.sql.DistinctOn;
import io.quiver.sql.SqlScalarTypeNameSpec;
import io.quiver.sql.SqlVectorTypeNameSpec;
import io.quiver.sql.VectorOperators;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlShuttle;
import org.jspecify.annotations.Nullable;

/**
 * Copies a syntax tree for the validator, which changes what it is given: special syntax becomes
 * plain functions, literals in harmless places become parameters.
 *
 * <p>A place is harmless when no other expression must equal this one for the statement to be
 * valid, as the select list must equal the GROUP BY.
 */
final class Preparation extends SqlShuttle {
  /** Longer lists stay literals: a hash set beats so many comparisons. */
  private static final int IN_LIST_MAX = 8;

  /** The place of the WINDOW clause among a SELECT's operands. */
  private static final int WINDOWS = 6;

  private static final Set<String> VECTOR_FUNCTIONS =
      VectorOperators.INSTANCE.getOperatorList().stream()
          .map(o -> o.getName().toLowerCase(Locale.ROOT))
          .collect(Collectors.toUnmodifiableSet());

  private final Hoisting hoisting;
  private final Set<String> userFunctions;
  private boolean harmless = true;

  Preparation(Hoisting hoisting, Set<String> userFunctions) {
    this.hoisting = hoisting;
    this.userFunctions = userFunctions;
  }

  SqlNode prepare(SqlNode node) {
    return Objects.requireNonNull(node.accept(this));
  }

  @Override
  public SqlNode visit(SqlIdentifier identifier) {
    return identifier.clone(identifier.getParserPosition());
  }

  @Override
  public SqlNode visit(SqlNodeList list) {
    List<@Nullable SqlNode> nodes = new ArrayList<>();
    for (SqlNode node : list) {
      nodes.add(node == null ? null : node.accept(this));
    }
    return SqlNodeList.of(list.getParserPosition(), nodes);
  }

  @Override
  public SqlNode visit(SqlLiteral literal) {
    return Literals.plain(literal);
  }

  @Override
  public SqlNode visit(SqlDataTypeSpec type) {
    return SqlScalarTypeNameSpec.ours(type);
  }

  @Override
  public @Nullable SqlNode visit(SqlCall call) {
    UnsupportedSyntax.check(call);
    return switch (call) {
      case SqlSelect select -> select(select, SqlNodeList.EMPTY);
      case SqlOrderBy orderBy -> orderBy(orderBy);
      default -> other(call);
    };
  }

  private SqlNode select(SqlSelect original, SqlNodeList order) {
    boolean outer = harmless;
    boolean grouped = isGrouped(original);
    SqlSelect select = (SqlSelect) original.clone(original.getParserPosition());
    harmless = true;
    select.setFrom(visited(original.getFrom()));
    select.setWhere(visited(original.getWhere()));
    harmless = outer && !grouped;
    select.setSelectList(
        (SqlNodeList) Objects.requireNonNull(original.getSelectList().accept(this)));
    select.setGroupBy((SqlNodeList) visited(original.getGroup()));
    select.setHaving(visited(original.getHaving()));
    select.setOperand(WINDOWS, original.getWindowList().accept(this));
    select.setQualify(visited(FirstRows.qualify(original, order)));
    select.setOrderBy((SqlNodeList) visited(original.getOrderList()));
    harmless = outer;
    select.setOffset(rowCount(original.getOffset()));
    select.setFetch(rowCount(original.getFetch()));
    return select;
  }

  private static boolean isGrouped(SqlSelect select) {
    return select.getGroup() != null || select.isDistinct() || DistinctOn.keys(select) != null;
  }

  private SqlNode orderBy(SqlOrderBy original) {
    boolean outer = harmless;
    SqlNode query =
        original.query instanceof SqlSelect select
            ? select(select, original.orderList)
            : prepare(original.query);
    harmless = outer && original.query instanceof SqlSelect select && !isGrouped(select);
    SqlNodeList orderList = (SqlNodeList) Objects.requireNonNull(original.orderList.accept(this));
    harmless = outer;
    return new SqlOrderBy(
        original.getParserPosition(),
        query,
        orderList,
        rowCount(original.offset),
        rowCount(original.fetch));
  }

  private @Nullable SqlNode visited(@Nullable SqlNode node) {
    return node == null ? null : node.accept(this);
  }

  private @Nullable SqlNode rowCount(@Nullable SqlNode node) {
    if (node == null) {
      return null;
    }
    SqlDynamicParam parameter = hoisting.hoist(node);
    return parameter != null ? parameter : node.accept(this);
  }

  private @Nullable SqlNode other(SqlCall call) {
    SqlCall plain = SpecialSyntax.plain(call);
    CallCopyingArgHandler copier = new CallCopyingArgHandler(plain, true);
    boolean safe = harmless && takesParameters(plain);
    List<SqlNode> operands = plain.getOperandList();
    if (!safe) {
      plain.getOperator().acceptCall(this, plain, false, copier);
      return copier.result();
    }
    List<SqlNode> hoistedOperands = new ArrayList<>();
    for (SqlNode operand : operands) {
      hoistedOperands.add(operand == null ? null : argument(operand));
    }
    return plain
        .getOperator()
        .createCall(plain.getFunctionQuantifier(), plain.getParserPosition(), hoistedOperands);
  }

  private @Nullable SqlNode argument(SqlNode operand) {
    if (operand instanceof SqlNodeList list) {
      if (list.size() > IN_LIST_MAX) {
        return list.accept(this);
      }
      List<@Nullable SqlNode> nodes = new ArrayList<>();
      list.forEach(node -> nodes.add(argument(node)));
      return SqlNodeList.of(list.getParserPosition(), nodes);
    }
    SqlDynamicParam parameter = hoisting.hoist(operand);
    return parameter != null ? parameter : operand.accept(this);
  }

  /** Whether literals among the operands may be parameters as well. */
  private boolean takesParameters(SqlCall call) {
    return switch (call.getKind()) {
      case EQUALS,
          NOT_EQUALS,
          LESS_THAN,
          LESS_THAN_OR_EQUAL,
          GREATER_THAN,
          GREATER_THAN_OR_EQUAL,
          BETWEEN,
          IN,
          NOT_IN,
          LIKE ->
          !isConstant(call.operand(0)) || !isConstant(call.operand(1));
      case CAST ->
          call.operand(1) instanceof SqlDataTypeSpec type
              && type.getTypeNameSpec() instanceof SqlVectorTypeNameSpec;
      default -> isVectorOrUserFunction(call);
    };
  }

  private static boolean isConstant(SqlNode node) {
    return node instanceof SqlLiteral
        || (node.getKind() == SqlKind.MINUS_PREFIX
            && ((SqlCall) node).operand(0) instanceof SqlLiteral);
  }

  private boolean isVectorOrUserFunction(SqlCall call) {
    String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
    if (VectorOperators.function(call.getOperator()) != null) {
      return true;
    }
    return call.getOperator() instanceof SqlFunction
        && (VECTOR_FUNCTIONS.contains(name) || userFunctions.contains(name));
  }
}
