package io.quiver.planner;

import io.quiver.planner.translate.OtherCast;
import io.quiver.planner.translate.VectorCast;
import io.quiver.sql.OtherSqlType;
import io.quiver.sql.VectorSqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql2rel.SqlRexContext;
import org.apache.calcite.sql2rel.SqlRexConvertlet;
import org.apache.calcite.sql2rel.SqlRexConvertletTable;
import org.apache.calcite.sql2rel.StandardConvertletTable;
import org.jspecify.annotations.Nullable;

/** Calcite's conversions, but for casts to a vector, which it would try to fold. */
final class VectorConvertlets implements SqlRexConvertletTable {
  @Override
  public @Nullable SqlRexConvertlet get(SqlCall call) {
    return switch (call.getKind()) {
      case CAST -> VectorConvertlets::cast;
      case CASE -> VectorConvertlets::choice;
      default -> StandardConvertletTable.INSTANCE.get(call);
    };
  }

  private static boolean isOurs(RelDataType type) {
    return type instanceof OtherSqlType
        || type instanceof VectorSqlType
        || type.getSqlTypeName() == SqlTypeName.DECIMAL;
  }

  /** Calcite casts the results to their common type, of which it knows no literals. */
  private static RexNode choice(SqlRexContext context, SqlCall call) {
    RelDataType type = context.getValidator().getValidatedNodeTypeIfKnown(call);
    if (type == null || !(type instanceof OtherSqlType)) {
      return standard(context, call);
    }
    SqlCase choice = (SqlCase) call;
    List<RexNode> operands = new ArrayList<>();
    for (int i = 0; i < choice.getWhenOperands().size(); i++) {
      operands.add(context.convertExpression(choice.getWhenOperands().get(i)));
      operands.add(context.convertExpression(choice.getThenOperands().get(i)));
    }
    SqlNode otherwise = Objects.requireNonNull(choice.getElseOperand());
    operands.add(context.convertExpression(otherwise));
    return context.getRexBuilder().makeCall(type, choice.getOperator(), operands);
  }

  private static RexNode standard(SqlRexContext context, SqlCall call) {
    SqlRexConvertlet standard = StandardConvertletTable.INSTANCE.get(call);
    if (standard == null) {
      throw new IllegalStateException("Calcite converts every " + call.getKind());
    }
    return standard.convertCall(context, call);
  }

  private static RexNode cast(SqlRexContext context, SqlCall call) {
    RelDataType type = context.getValidator().getValidatedNodeTypeIfKnown(call);
    RelDataType from = context.getValidator().getValidatedNodeTypeIfKnown(call.operand(0));
    if (type != null
        && (isOurs(type) || (from != null && isOurs(from)))
        && !(type instanceof VectorSqlType)) {
      RexNode operand = context.convertExpression(call.operand(0));
      return context.getRexBuilder().makeCall(type, OtherCast.INSTANCE, List.of(operand));
    }
    if (!(type instanceof VectorSqlType vector)) {
      return standard(context, call);
    }
    RexNode operand = context.convertExpression(call.operand(0));
    boolean same =
        operand.getType() instanceof VectorSqlType found && found.vector().equals(vector.vector());
    return same
        ? operand
        : context.getRexBuilder().makeCall(type, VectorCast.INSTANCE, List.of(operand));
  }
}
