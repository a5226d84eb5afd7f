package io.quiver.cli.dump;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.EvaluationContext;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.sql.SqlNames;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows for a table of a server, by batches of a prepared INSERT. */
final class RemoteInsert {
  private static final int BATCH_ROWS = 1_000;

  private final Connection connection;
  private final String schema;
  private final String table;
  private final Schema columns;

  /** For each column what gives its text, or null where its Java values travel as they are. */
  private final List<@Nullable CompiledExpression> texts = new ArrayList<>();

  RemoteInsert(Connection connection, String schema, String table, Schema columns) {
    this.connection = connection;
    this.schema = schema;
    this.table = table;
    this.columns = columns;
    EvaluationContext context = new EvaluationContext(List.of(), Instant.EPOCH, "", "", "");
    for (int i = 0; i < columns.size(); i++) {
      SqlType type = columns.type(i);
      Expression input = new Expression.InputColumn(i, type);
      texts.add(
          travels(type)
              ? null
              : ExpressionEvaluator.compile(new Expression.Cast(input, SqlType.TEXT), context));
    }
  }

  private static boolean travels(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE -> true;
            case DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON -> false;
          };
      case SqlType.Decimal decimal -> true;
      case SqlType.Varchar varchar -> true;
      case SqlType.Vector vector -> vector.element() == SqlType.Element.FLOAT32;
      case SqlType.Varbinary varbinary -> false;
      case SqlType.Array array -> false;
    };
  }

  long run(TableRows.Giver giver) throws SQLException {
    // INSERT takes no value for an identity that is ALWAYS; the transaction hides the change.
    String always = always();
    if (always != null) {
      alter(always, "BY DEFAULT");
    }
    long rows = insertAll(giver);
    if (always != null) {
      alter(always, "ALWAYS");
    }
    return rows;
  }

  private @Nullable String always() throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = ? AND"
                + " table_name = ? AND identity_generation = 'ALWAYS'")) {
      statement.setString(1, schema);
      statement.setString(2, table);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  private void alter(String column, String generated) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "ALTER TABLE "
              + TableRows.name(schema, table)
              + " ALTER COLUMN "
              + SqlNames.quoted(column)
              + " SET GENERATED "
              + generated);
    }
  }

  private long insertAll(TableRows.Giver giver) throws SQLException {
    String names =
        columns.fields().stream()
            .map(field -> SqlNames.quoted(field.name()))
            .collect(Collectors.joining(", "));
    String sql =
        "INSERT INTO "
            + TableRows.name(schema, table)
            + " ("
            + names
            + ") VALUES ("
            + String.join(", ", Collections.nCopies(columns.size(), "?"))
            + ")";
    long rows = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Batch batch = giver.next(); batch != null; batch = giver.next()) {
        List<Column> values = values(batch);
        for (int row = 0; row < batch.rowCount(); row++) {
          for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i).get(row));
          }
          statement.addBatch();
          if ((row + 1) % BATCH_ROWS == 0 || row + 1 == batch.rowCount()) {
            statement.executeBatch();
          }
        }
        rows += batch.rowCount();
      }
    }
    return rows;
  }

  private List<Column> values(Batch batch) {
    List<Column> values = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      CompiledExpression text = texts.get(i);
      values.add(text == null ? batch.column(i) : text.evaluate(batch));
    }
    return values;
  }
}
