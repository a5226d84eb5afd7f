package io.quiver.planner;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.Types;
import io.quiver.sql.CastRules;
import io.quiver.sql.OtherSqlType;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.sql.VectorOperators;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.ErrorCode;
import io.quiver.types.SqlType;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.apache.calcite.config.NullCollation;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlUtil;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeCoercionRule;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.ParameterScope;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.apache.calcite.sql.validate.SqlValidatorScope;
import org.apache.calcite.util.Litmus;
import org.jspecify.annotations.Nullable;

/** Resolves names and types; knows vectors, and parameters that were literals. */
final class Validator extends SqlValidatorImpl {
  private static final SqlTypeCoercionRule COERCIONS = CastRules.INSTANCE;
  private static final Config CONFIG =
      Config.DEFAULT
          .withConformance(new Conformance())
          .withDefaultNullCollation(NullCollation.LAST)
          .withIdentifierExpansion(true)
          .withTypeCoercionFactory(VectorCoercion::new)
          .withTypeCoercionRules(COERCIONS);

  private static final Set<SqlKind> SORT_SUFFIXES =
      EnumSet.of(SqlKind.DESCENDING, SqlKind.NULLS_FIRST, SqlKind.NULLS_LAST);

  private final QuiverTypeFactory factory;
  private final Function<SqlDynamicParam, @Nullable SqlType> known;

  /**
   * For one statement.
   *
   * @param known the type of a parameter that is known before its place is looked at
   */
  Validator(
      OperatorTable operators,
      SchemaReader reader,
      QuiverTypeFactory factory,
      Function<SqlDynamicParam, @Nullable SqlType> known) {
    super(operators, reader, factory, CONFIG);
    this.factory = factory;
    this.known = known;
  }

  @Override
  public SqlTypeMappingRule getTypeMappingRule() {
    return COERCIONS;
  }

  @Override
  public RelDataType deriveType(SqlValidatorScope scope, SqlNode expression) {
    if (expression instanceof SqlDynamicParam parameter) {
      SqlType type = known.apply(parameter);
      if (type != null && getValidatedNodeTypeIfKnown(parameter) == null) {
        setValidatedNodeType(parameter, Types.toCalcite(factory, type, false));
      }
    }
    if (expression instanceof SqlBasicCall call) {
      resolveOverVectors(scope, call);
      resolveOverArrays(scope, call);
      resolveOverDays(scope, call);
    }
    return super.deriveType(scope, expression);
  }

  /** Names what {@code + - * || sum avg} mean over vectors, which Calcite's own refuse. */
  private void resolveOverVectors(SqlValidatorScope scope, SqlBasicCall call) {
    SqlFunction function = VectorOperators.overVectors(call.getOperator());
    if (function == null || call.operandCount() != function.getOperandCountRange().getMin()) {
      return;
    }
    for (SqlNode operand : call.getOperandList()) {
      if (deriveType(scope, operand) instanceof VectorSqlType) {
        call.setOperator(function);
        return;
      }
    }
  }

  /** Names what {@code ||} means beside an array. */
  private void resolveOverArrays(SqlValidatorScope scope, SqlBasicCall call) {
    if (!call.getOperator().equals(SqlStdOperatorTable.CONCAT)) {
      return;
    }
    boolean left = isArray(scope, call.operand(0));
    boolean right = isArray(scope, call.operand(1));
    if (left || right) {
      String name =
          right || isUntyped(call.operand(1))
              ? left || isUntyped(call.operand(0)) ? "array_cat" : "array_prepend"
              : "array_append";
      call.setOperator(Objects.requireNonNull(BuiltinFunctions.named(name)));
    }
  }

  private boolean isArray(SqlValidatorScope scope, SqlNode node) {
    return deriveType(scope, node) instanceof OtherSqlType other
        && other.type() instanceof SqlType.Array;
  }

  /** What PostgreSQL takes for whatever is wanted: here, for another array. */
  private static boolean isUntyped(SqlNode node) {
    return node instanceof SqlCharStringLiteral
        || node instanceof SqlDynamicParam
        || SqlUtil.isNullLiteral(node, false);
  }

  /** Names what {@code + -} mean over dates, which Calcite's own refuse. */
  private void resolveOverDays(SqlValidatorScope scope, SqlBasicCall call) {
    boolean minus = call.getKind() == SqlKind.MINUS;
    if ((!minus && call.getKind() != SqlKind.PLUS) || call.operandCount() != 2) {
      return;
    }
    SqlTypeName left = deriveType(scope, call.operand(0)).getSqlTypeName();
    SqlTypeName right = deriveType(scope, call.operand(1)).getSqlTypeName();
    if (!minus && right == SqlTypeName.DATE && SqlTypeName.INT_TYPES.contains(left)) {
      SqlNode days = call.operand(0);
      call.setOperand(0, call.operand(1));
      call.setOperand(1, days);
      call.setOperator(BuiltinFunctions.required("$add_days"));
    } else if (left == SqlTypeName.DATE && isDays(right, call.operand(1), minus)) {
      call.setOperator(BuiltinFunctions.required(minus ? "$subtract_days" : "$add_days"));
    } else if (minus && left == SqlTypeName.DATE && isDay(right)) {
      call.setOperator(BuiltinFunctions.required("$days_between"));
    } else if (minus && isMoment(scope, call.operand(0)) && isMoment(scope, call.operand(1))) {
      throw Messages.at(
          call.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "there is no type INTERVAL: EXTRACT(EPOCH FROM a - b) gives the seconds between two"
              + " times, age(a, b) a text");
    }
  }

  /** A {@code ?} that is added to a date is a number of days, where Calcite takes it for a date. */
  private void resolveParameterOfDays(SqlValidatorScope scope, SqlBasicCall call) {
    for (int i = 0; i < 2 && call.operandCount() == 2; i++) {
      SqlNode days = call.operand(i);
      SqlNode day = call.operand(1 - i);
      if (days instanceof SqlDynamicParam
          && !(day instanceof SqlDynamicParam)
          && deriveType(scope, day).getSqlTypeName() == SqlTypeName.DATE) {
        call.setOperand(0, day);
        call.setOperand(1, days);
        call.setOperator(BuiltinFunctions.required("$add_days"));
      }
    }
  }

  private static boolean isDays(SqlTypeName type, SqlNode operand, boolean minus) {
    return SqlTypeName.INT_TYPES.contains(type) || (!minus && operand instanceof SqlDynamicParam);
  }

  /** As in PostgreSQL, what is not known yet is of the type of the other side. */
  private static boolean isDay(SqlTypeName type) {
    return type == SqlTypeName.DATE
        || type == SqlTypeName.UNKNOWN
        || SqlTypeName.CHAR_TYPES.contains(type);
  }

  private boolean isMoment(SqlValidatorScope scope, SqlNode operand) {
    RelDataType type = deriveType(scope, operand);
    return switch (type.getSqlTypeName()) {
      case DATE, TIMESTAMP -> true;
      default -> type instanceof OtherSqlType other && other.type().equals(SqlType.TIMESTAMP_TZ);
    };
  }

  @Override
  protected void validateFrom(SqlNode node, RelDataType targetRowType, SqlValidatorScope scope) {
    super.validateFrom(node, targetRowType, scope);
    if (node instanceof SqlJoin join) {
      CommonColumns.check(this, join);
    }
  }

  @Override
  protected void validateWhereClause(SqlSelect select) {
    SqlNode from = select.getFrom();
    SqlNode where = select.getWhere();
    if (from != null && where != null) {
      select.setWhere(CommonColumns.resolve(this, from, where));
    }
    CommonColumns.resolveChains(this, select);
    super.validateWhereClause(select);
  }

  /**
   * With DISTINCT, Calcite wants the columns inside of a window function in the select list, even
   * where the function as a whole is there.
   */
  @Override
  protected void validateOrderList(SqlSelect select) {
    SqlNodeList order = select.getOrderList();
    if (order == null || !select.isDistinct()) {
      super.validateOrderList(select);
      return;
    }
    List<SqlNode> others = order.stream().filter(item -> !isSelectedWindow(select, item)).toList();
    if (others.size() < order.size()) {
      select.setOrderBy(
          others.isEmpty() ? null : SqlNodeList.of(order.getParserPosition(), others));
      super.validateOrderList(select);
      select.setOrderBy(order);
    } else {
      super.validateOrderList(select);
    }
  }

  private boolean isSelectedWindow(SqlSelect select, SqlNode item) {
    SqlNode key = item;
    while (key.isA(SORT_SUFFIXES)) {
      key = ((SqlCall) key).operand(0);
    }
    SqlNode expanded = expandOrderExpr(select, key);
    return expanded.isA(Set.of(SqlKind.OVER))
        && select.getSelectList().stream()
            .anyMatch(selected -> SqlUtil.stripAs(selected).equalsDeep(expanded, Litmus.IGNORE));
  }

  @Override
  protected void inferUnknownTypes(
      RelDataType inferred, SqlValidatorScope scope, SqlNode expression) {
    if (expression instanceof SqlDynamicParam parameter) {
      if (known.apply(parameter) != null) {
        deriveType(scope, parameter);
        return;
      }
      if (inferred.equals(unknownType)) {
        // Nothing says what it is: text, as in PostgreSQL.
        if (getValidatedNodeTypeIfKnown(parameter) == null) {
          setValidatedNodeType(parameter, Types.toCalcite(factory, SqlType.TEXT, true));
        }
        return;
      }
    }
    if (expression instanceof SqlBasicCall call && call.getKind() == SqlKind.PLUS) {
      resolveParameterOfDays(scope, call);
    }
    super.inferUnknownTypes(inferred, scope, expression);
  }

  /** An expression that reads no column; a {@code ?} in it gets a type as in a query. */
  SqlNode validateExpression(SqlNode expression) {
    SqlNode rewritten = performUnconditionalRewrites(expression, false);
    if (rewritten == null) {
      throw new IllegalStateException("an expression was rewritten to nothing");
    }
    SqlValidatorScope scope = new ParameterScope(this, Map.of());
    inferUnknownTypes(unknownType, scope, rewritten);
    rewritten.validateExpr(this, scope);
    return rewritten;
  }
}
