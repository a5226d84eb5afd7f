package io.quiver.cli.console;

import io.quiver.engine.Session;
import io.quiver.engine.copy.CopyErrors;
import io.quiver.engine.copy.CopyFormats;
import io.quiver.engine.copy.CopyProgress;
import io.quiver.formats.BatchSink;
import io.quiver.formats.BatchSource;
import io.quiver.formats.FileAccess;
import io.quiver.formats.Format;
import io.quiver.formats.Formats;
import io.quiver.formats.WantedColumns;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import io.quiver.types.VectorText;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code \copy}: COPY with files of this machine, over a connection. Rows go in batches of a
 * prepared INSERT, all of them in one transaction unless one is open already.
 */
final class ClientCopy {
  /** What a line begins with that asks for it. */
  static final String COMMAND = "\\copy ";

  private static final int BATCH_ROWS = 1_000;

  private final Connection connection;
  private final CopyProgress.Listener listener;

  ClientCopy(Connection connection, CopyProgress.Listener listener) {
    this.connection = connection;
    this.listener = listener;
  }

  /**
   * What was copied.
   *
   * @param rows read or written
   */
  record Copied(long rows) {}

  /**
   * Runs what stands behind {@code \copy}.
   *
   * @throws SQLException of the database, and for files with the state of the {@link
   *     QuiverException}
   */
  Copied run(String text) throws SQLException {
    try {
      if (connection.isWrapperFor(Session.class)) {
        return within(text);
      }
      return switch (SqlParser.parse("copy " + text)) {
        case Statement.CopyFrom copy -> from(copy);
        case Statement.CopyTo copy -> to(copy);
        default -> throw new IllegalStateException("COPY is neither FROM nor TO");
      };
    } catch (QuiverException e) {
      throw new SQLException(e.getMessage(), e.sqlState(), e);
    }
  }

  /** The database is in this process, and so are its files: COPY does it all. */
  private Copied within(String text) throws SQLException {
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute("COPY " + text);
      return new Copied(statement.getLargeUpdateCount());
    }
  }

  private Copied from(Statement.CopyFrom copy) throws SQLException {
    if (copy.options().skipErrors()) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "\\copy stops at the first error; ON_ERROR skip belongs to COPY");
    }
    List<Field> columns = tableColumns(copy.table());
    boolean own = connection.getAutoCommit();
    boolean done = false;
    if (own) {
      connection.setAutoCommit(false);
    }
    try {
      long rows = 0;
      for (Path path : FileAccess.anywhere().inputs(copy.path())) {
        rows += load(copy, path, columns, rows);
      }
      if (own) {
        connection.commit();
      }
      done = true;
      return new Copied(rows);
    } finally {
      if (own) {
        if (!done) {
          connection.rollback();
        }
        connection.setAutoCommit(true);
      }
    }
  }

  private long load(Statement.CopyFrom copy, Path path, List<Field> table, long before)
      throws SQLException {
    Format format = CopyFormats.format(copy.options(), path.toString());
    boolean chosen = !copy.columns().isEmpty();
    List<Field> wanted = chosen ? chosen(table, copy) : table;
    try (BatchSource source =
        Formats.open(
            path,
            format,
            CopyFormats.options(copy.options(), path.toString()),
            new WantedColumns(wanted, chosen),
            new CopyErrors(false))) {
      List<Integer> positions = new ArrayList<>();
      List<String> names = names(copy, source, wanted, positions);
      return insert(copy, source, names, positions, before);
    }
  }

  private static List<Field> chosen(List<Field> table, Statement.CopyFrom copy) {
    List<Field> chosen = new ArrayList<>();
    for (String name : copy.columns()) {
      chosen.add(
          table.stream()
              .filter(field -> field.name().equals(name))
              .findFirst()
              .orElseThrow(() ->
                  new QuiverException(
                      ErrorCode.UNDEFINED_COLUMN, "the table has no column \"" + name + "\"")));
    }
    return chosen;
  }

  /** The table's columns that the file fills, and for each its position in the file. */
  private static List<String> names(
      Statement.CopyFrom copy, BatchSource source, List<Field> wanted, List<Integer> positions) {
    List<String> names = new ArrayList<>();
    Schema file = source.schema();
    boolean byName = source.hasNames() && !copy.options().byPosition();
    List<Field> targets = wanted;
    if (!byName && copy.columns().isEmpty() && file.size() == 1 && wanted.size() > 1) {
      targets = wanted.stream().filter(f -> f.type() instanceof SqlType.Vector).toList();
    }
    if (!byName && file.size() != targets.size()) {
      throw new QuiverException(
          ErrorCode.BAD_COPY_FILE_FORMAT,
          "the file has " + file.size() + " columns, expected " + targets.size());
    }
    for (int i = 0; i < file.size(); i++) {
      String name = byName ? file.field(i).name() : targets.get(i).name();
      boolean known = targets.stream().anyMatch(field -> field.name().equalsIgnoreCase(name));
      if (known) {
        names.add(
            targets.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow()
                .name());
        positions.add(i);
      } else if (copy.columns().isEmpty()) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_COLUMN,
            "the file has a column \"" + name + "\", the table has none; name the columns to load");
      }
    }
    return names;
  }

  private long insert(
      Statement.CopyFrom copy,
      BatchSource source,
      List<String> names,
      List<Integer> positions,
      long before)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + quoted(copy.table())
            + names.stream().map(ClientCopy::quoted).collect(Collectors.joining(", ", " (", ")"))
            + Collections.nCopies(names.size(), "?").stream()
                .collect(Collectors.joining(", ", " VALUES (", ")"));
    long rows = 0;
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        for (int from = 0; from < batch.rowCount(); from += BATCH_ROWS) {
          int to = Math.min(from + BATCH_ROWS, batch.rowCount());
          for (int row = from; row < to; row++) {
            for (int i = 0; i < positions.size(); i++) {
              statement.setObject(i + 1, value(batch.column(positions.get(i)), row));
            }
            statement.addBatch();
          }
          execute(statement, source.where(from), source.where(to - 1));
          rows += to - from;
        }
        listener.progress(new CopyProgress(source.bytesRead(), source.bytesTotal(), before + rows));
      }
    }
    return rows;
  }

  /** What every driver takes: numbers, vectors of floats, bytes, and text for all else. */
  private static @Nullable Object value(Column column, int row) {
    Object value = column.get(row);
    if (column.type() instanceof SqlType.Vector && value instanceof byte[]) {
      return VectorText.format(column.getFloats(row));
    }
    if (column.type() instanceof SqlType.Array && value instanceof List<?> list) {
      return VectorText.format(floats(list));
    }
    return switch (value) {
      case null -> null;
      case Number number -> number;
      case Boolean bool -> bool;
      case float[] vector -> vector;
      case byte[] bytes -> "\\x" + HexFormat.of().formatHex(bytes);
      default -> value.toString();
    };
  }

  private static float[] floats(List<?> numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      if (!(numbers.get(i) instanceof Number number)) {
        throw new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED, "\\copy sends no lists but those of numbers");
      }
      floats[i] = number.floatValue();
    }
    return floats;
  }

  private static void execute(PreparedStatement statement, String first, String last)
      throws SQLException {
    try {
      statement.executeBatch();
    } catch (SQLException e) {
      SQLException located =
          new SQLException(
              "between " + first + " and " + last + ": " + e.getMessage(), e.getSQLState(), e);
      throw located;
    }
  }

  private List<Field> tableColumns(Statement.TableName table) throws SQLException {
    List<Field> columns = new ArrayList<>();
    DatabaseMetaData data = connection.getMetaData();
    String name = table.name().replace("_", data.getSearchStringEscape() + "_");
    try (ResultSet found = data.getColumns(null, table.schema(), name, "%")) {
      while (found.next()) {
        columns.add(new Field(found.getString("COLUMN_NAME"), type(found.getString(6)), true));
      }
    }
    if (columns.isEmpty()) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_TABLE, "table \"" + table.name() + "\" does not exist");
    }
    return columns;
  }

  /** A type that this console does not know is copied as text. */
  private static SqlType type(String name) {
    SqlType type = SqlTypeNames.parse(name);
    return type == null ? SqlType.TEXT : type;
  }

  private static String quoted(Statement.TableName table) {
    return (table.schema() == null ? "" : quoted(table.schema()) + ".") + quoted(table.name());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private Copied to(Statement.CopyTo copy) throws SQLException {
    Format format = CopyFormats.format(copy.options(), copy.path());
    Path path = FileAccess.anywhere().output(copy.path());
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(copy.querySql())) {
      Schema schema = ResultBatches.schema(rows.getMetaData(), format);
      ResultBatches batches = new ResultBatches(rows, schema);
      try (BatchSink sink =
          Formats.create(path, format, CopyFormats.options(copy.options(), copy.path()), schema)) {
        long count = 0;
        for (Batch batch = batches.next(); batch != null; batch = batches.next()) {
          sink.write(batch);
          count += batch.rowCount();
          listener.progress(new CopyProgress(sink.bytesWritten(), -1, count));
        }
        sink.finish();
        return new Copied(count);
      }
    }
  }
}
