package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.plan.PlanNode;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Puts expressions over an input, without a node where a smaller scan or nothing will do. */
public final class Projections {
  private Projections() {}

  static PlanNode over(
      PlanNode input, List<Expression> expressions, List<String> names, List<Boolean> nullable) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < expressions.size(); i++) {
      fields.add(new Field(names.get(i), expressions.get(i).type(), nullable.get(i)));
    }
    return over(input, expressions, new Schema(fields));
  }

  /** A plan whose rows are these expressions over the input's. */
  public static PlanNode over(PlanNode input, List<Expression> expressions, Schema schema) {
    if (isIdentity(input, expressions)) {
      return renamed(input, schema);
    }
    if (input instanceof PlanNode.Scan scan) {
      return Scans.projected(scan, expressions, schema);
    }
    if (input instanceof PlanNode.Project below && computesNothingTwice(expressions, below)) {
      List<Expression> merged =
          expressions.stream().map(e -> Expressions.substitute(e, below.expressions())).toList();
      return over(below.input(), merged, schema);
    }
    if (input instanceof PlanNode.Values values && values.rows().size() == 1) {
      // The row of SELECT without FROM: its expressions need no input.
      List<Expression> row = values.rows().get(0);
      return new PlanNode.Values(
          List.of(expressions.stream().map(e -> Expressions.substitute(e, row)).toList()), schema);
    }
    return new PlanNode.Project(input, expressions, schema);
  }

  /** All columns of a schema, as expressions; the list may be added to. */
  static List<Expression> columns(Schema schema) {
    List<Expression> columns = new ArrayList<>(schema.size());
    for (int i = 0; i < schema.size(); i++) {
      columns.add(new Expression.InputColumn(i, schema.type(i)));
    }
    return columns;
  }

  private static boolean isIdentity(PlanNode input, List<Expression> expressions) {
    if (expressions.size() != input.schema().size()) {
      return false;
    }
    for (int i = 0; i < expressions.size(); i++) {
      if (!(expressions.get(i) instanceof Expression.InputColumn column) || column.index() != i) {
        return false;
      }
    }
    return true;
  }

  /** Whether each expression below that is more than a column is read at most once. */
  private static boolean computesNothingTwice(
      List<Expression> expressions, PlanNode.Project below) {
    Set<Integer> read = new HashSet<>();
    boolean[] once = {true};
    for (Expression expression : expressions) {
      Expressions.forEach(
          expression,
          part -> {
            if (part instanceof Expression.InputColumn column
                && !(below.expressions().get(column.index()) instanceof Expression.InputColumn)) {
              once[0] &= read.add(column.index());
            }
          });
    }
    return once[0];
  }

  /** The same plan with other column names, where its node carries names. */
  public static PlanNode renamed(PlanNode input, Schema schema) {
    if (input.schema().equals(schema)) {
      return input;
    }
    return switch (input) {
      case PlanNode.Scan scan ->
          new PlanNode.Scan(scan.table(), scan.columns(), scan.filter(), schema);
      case PlanNode.Project project ->
          new PlanNode.Project(project.input(), project.expressions(), schema);
      case PlanNode.Values values -> new PlanNode.Values(values.rows(), schema);
      case PlanNode.Unnest unnest ->
          new PlanNode.Unnest(unnest.input(), unnest.array(), unnest.outer(), schema);
      default -> input;
    };
  }
}
