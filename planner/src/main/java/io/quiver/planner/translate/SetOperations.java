package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.core.SetOp;

/** Brings the inputs of UNION, INTERSECT and EXCEPT to one schema. */
final class SetOperations {
  private SetOperations() {}

  static Schema schema(SetOp node, List<PlanNode> inputs) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < node.getRowType().getFieldCount(); i++) {
      int column = i;
      List<SqlType> types = inputs.stream().map(input -> input.schema().type(column)).toList();
      SqlType common = Types.common(types);
      fields.add(
          new Field(
              node.getRowType().getFieldNames().get(i),
              common == null
                  ? Types.fromCalcite(node.getRowType().getFieldList().get(i).getType())
                  : common,
              inputs.stream().anyMatch(input -> input.schema().field(column).nullable())));
    }
    return new Schema(fields);
  }

  static PlanNode align(PlanNode input, Schema schema) {
    boolean aligned = true;
    List<Expression> columns = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      SqlType from = input.schema().type(i);
      aligned &= Types.same(from, schema.type(i));
      columns.add(Casts.implicit(new Expression.InputColumn(i, from), schema.type(i)));
    }
    return aligned ? input : Projections.over(input, columns, schema);
  }
}
