package io.quiver.cli.console;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.formats.Format;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import io.quiver.types.VectorText;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a JDBC result as batches of their types, by way of their texts. */
public final class ResultBatches {
  private final ResultSet rows;
  private final List<@Nullable CompiledExpression> casts = new ArrayList<>();
  private final int width;

  /** Rows of these types. */
  public ResultBatches(ResultSet rows, Schema schema) {
    this.rows = rows;
    this.width = schema.size();
    EvaluationContext context = new EvaluationContext(List.of(), Instant.EPOCH, "", "", "");
    for (int i = 0; i < width; i++) {
      SqlType type = schema.type(i);
      Expression text = new Expression.InputColumn(i, SqlType.TEXT);
      casts.add(
          type.equals(SqlType.TEXT)
              ? null
              : ExpressionEvaluator.compile(new Expression.Cast(text, type), context));
    }
  }

  /** The columns, as text where the format or this console knows no better. */
  static Schema schema(ResultSetMetaData columns, Format format) throws SQLException {
    List<Field> fields = new ArrayList<>();
    for (int i = 1; i <= columns.getColumnCount(); i++) {
      SqlType type = SqlTypeNames.parse(columns.getColumnTypeName(i));
      boolean direct = type != null && format.writes(type);
      fields.add(
          new Field(columns.getColumnLabel(i), type != null && direct ? type : SqlType.TEXT, true));
    }
    return new Schema(fields);
  }

  /** The next rows, or null at the end. */
  public @Nullable Batch next() throws SQLException {
    List<ColumnBuilder> texts = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      texts.add(new ColumnBuilder(SqlType.TEXT, Batch.ROWS));
    }
    int count = 0;
    while (count < Batch.ROWS && rows.next()) {
      for (int i = 0; i < width; i++) {
        texts.get(i).append(text(i + 1));
      }
      count++;
    }
    if (count == 0) {
      return null;
    }
    Batch read = new Batch(texts.stream().map(ColumnBuilder::build).toList(), count);
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      CompiledExpression cast = casts.get(i);
      columns.add(cast == null ? read.column(i) : cast.evaluate(read));
    }
    return new Batch(columns, count);
  }

  private @Nullable String text(int column) throws SQLException {
    Object value = rows.getObject(column);
    return switch (value) {
      case null -> null;
      case float[] vector -> VectorText.format(vector);
      default -> rows.getString(column);
    };
  }
}
