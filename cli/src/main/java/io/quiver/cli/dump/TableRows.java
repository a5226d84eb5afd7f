package io.quiver.cli.dump;

import io.quiver.cli.console.ResultBatches;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.sql.SqlNames;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table's rows over a connection, in the order in which they are stored: as they are where the
 * database is in this process, by way of JDBC elsewhere.
 */
final class TableRows {
  private final Connection connection;

  TableRows(Connection connection) {
    this.connection = connection;
  }

  /** Takes batches of exactly {@link Batch#ROWS} rows, and a smaller one at the end. */
  interface Taker {
    void take(Batch batch);
  }

  static String name(String schema, String table) {
    return SqlNames.written(schema) + "." + SqlNames.written(table);
  }

  /** The columns with their exact types, in their order. */
  Schema columns(String schema, String table) throws SQLException {
    List<Field> fields = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE"
                + " table_schema = ? AND table_name = ? ORDER BY ordinal_position")) {
      statement.setString(1, schema);
      statement.setString(2, table);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          SqlType type = SqlTypeNames.parse(rows.getString(2));
          if (type == null) {
            throw new QuiverException(
                ErrorCode.FEATURE_NOT_SUPPORTED,
                "column \""
                    + rows.getString(1)
                    + "\" of "
                    + name(schema, table)
                    + " is of a type that this program does not know, "
                    + rows.getString(2));
          }
          fields.add(new Field(rows.getString(1), type, rows.getString(3).equals("YES")));
        }
      }
    }
    return new Schema(fields);
  }

  /** Reads all rows, as the connection's transaction sees them. */
  void read(String schema, String table, Schema columns, Taker taker) throws SQLException {
    String sql =
        columns.fields().stream()
            .map(field -> SqlNames.quoted(field.name()))
            .collect(Collectors.joining(", ", "SELECT ", " FROM " + name(schema, table)));
    Regrouped regrouped = new Regrouped(columns, taker);
    if (connection.isWrapperFor(Session.class)) {
      try (QueryResult result = connection.unwrap(Session.class).execute(sql)) {
        for (Batch batch = result.next(); batch != null; batch = result.next()) {
          regrouped.add(batch);
        }
      }
    } else {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery(sql)) {
        ResultBatches batches = new ResultBatches(rows, columns);
        for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
          regrouped.add(batch);
        }
      }
    }
    regrouped.end();
  }

  /**
   * The same rows in batches of one size, with nothing where nulls are: how a table is stored does
   * not show.
   */
  private static final class Regrouped {
    private final Schema columns;
    private final Taker taker;
    private final List<ColumnBuilder> builders = new ArrayList<>();
    private int count;

    private Regrouped(Schema columns, Taker taker) {
      this.columns = columns;
      this.taker = taker;
      start();
    }

    private void start() {
      builders.clear();
      columns.fields().forEach(field -> builders.add(new ColumnBuilder(field.type(), Batch.ROWS)));
      count = 0;
    }

    private void add(Batch batch) {
      int from = 0;
      while (from < batch.rowCount()) {
        int to = Math.min(batch.rowCount(), from + Batch.ROWS - count);
        for (int i = 0; i < builders.size(); i++) {
          ColumnBuilder builder = builders.get(i);
          Column column = batch.column(i);
          for (int row = from; row < to; row++) {
            builder.appendFrom(column, row);
          }
        }
        count += to - from;
        from = to;
        if (count == Batch.ROWS) {
          end();
        }
      }
    }

    private void end() {
      if (count > 0) {
        taker.take(new Batch(builders.stream().map(ColumnBuilder::build).toList(), count));
        start();
      }
    }
  }

  /** Gives batches until null. */
  interface Giver {
    @Nullable Batch next();
  }

  /**
   * Adds rows to a table, identities as they are.
   *
   * @return rows added
   */
  long write(String schema, String table, Schema columns, Giver giver) throws SQLException {
    if (connection.isWrapperFor(Session.class)) {
      return connection.unwrap(Session.class).load(schema, table, columns, giver::next);
    }
    return new RemoteInsert(connection, schema, table, columns).run(giver);
  }
}
