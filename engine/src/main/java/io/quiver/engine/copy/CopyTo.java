package io.quiver.engine.copy;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.Operator;
import io.quiver.executor.operator.OperatorBuilder;
import io.quiver.executor.plan.PlanNode;
import io.quiver.formats.BatchSink;
import io.quiver.formats.FileAccess;
import io.quiver.formats.Format;
import io.quiver.formats.Formats;
import io.quiver.planner.PlannedStatement;
import io.quiver.sql.Statement;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** COPY query TO a file, which appears when it is complete. */
public final class CopyTo {
  private final Statement.CopyTo command;
  private final PlannedStatement planned;
  private final ExecutionContext context;
  private final CopyProgress.Listener listener;

  /** A copy of what a plan gives. */
  public CopyTo(
      Statement.CopyTo command,
      PlannedStatement planned,
      ExecutionContext context,
      CopyProgress.Listener listener) {
    this.command = command;
    this.planned = planned;
    this.context = context;
    this.listener = listener;
  }

  /** Writes all rows and gives their number. */
  public long run(FileAccess files) {
    Format format = CopyFormats.format(command.options(), command.path());
    PlanNode plan = written(planned.plan(), planned.result(), format);
    long rows = 0;
    try (Operator operator = OperatorBuilder.build(plan, context);
        BatchSink sink =
            Formats.create(
                files.output(command.path()),
                format,
                CopyFormats.options(command.options(), command.path()),
                plan.schema())) {
      for (Batch batch = operator.next(); batch != null; batch = operator.next()) {
        context.checkCancelled();
        sink.write(batch);
        rows += batch.rowCount();
        listener.progress(new CopyProgress(sink.bytesWritten(), -1, rows));
      }
      sink.finish();
      listener.progress(new CopyProgress(sink.bytesWritten(), -1, rows));
    }
    return rows;
  }

  /** The plan with the names of its result, and with text where the format has no such type. */
  private static PlanNode written(PlanNode plan, Schema result, Format format) {
    List<Expression> expressions = new ArrayList<>();
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < result.size(); i++) {
      Expression value = new Expression.InputColumn(i, plan.schema().type(i));
      boolean direct = format.writes(value.type());
      expressions.add(direct ? value : new Expression.Cast(value, SqlType.TEXT));
      fields.add(new Field(result.field(i).name(), direct ? value.type() : SqlType.TEXT, true));
    }
    return new PlanNode.Project(plan, expressions, new Schema(fields));
  }
}
