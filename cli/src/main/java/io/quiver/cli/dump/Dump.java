package io.quiver.cli.dump;

import io.quiver.formats.BatchSink;
import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.Formats;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a database to a directory, all of it as one snapshot sees it. Two databases with the same
 * definitions and rows give the same bytes.
 */
public final class Dump {
  private static final String ROWS = "tables";

  private final Connection connection;
  private final Options options;
  private final TransferProgress progress;
  private final List<DumpManifest.DumpFile> files = new ArrayList<>();

  /**
   * What is wanted.
   *
   * @param tables names, with or without the schema before a point; none is all
   */
  public record Options(List<String> tables, boolean definitions, boolean rows) {
    public Options {
      tables = List.copyOf(tables);
    }

    private boolean wants(String schema, @Nullable String name) {
      return tables.isEmpty()
          || (name != null && (tables.contains(name) || tables.contains(schema + "." + name)));
    }
  }

  /** A row of quiver.definitions. */
  private record Definition(
      String section, String kind, String schema, @Nullable String name, String statement) {}

  private Dump(Connection connection, Options options, TransferProgress progress) {
    this.connection = connection;
    this.options = options;
    this.progress = progress;
  }

  /**
   * Writes what a connection sees now, in a transaction of its own.
   *
   * @throws QuiverException 55006 where the directory is not empty, 42P01 for a table that is not
   *     there, 58030
   */
  public static void write(
      Connection connection, Path directory, Options options, TransferProgress progress)
      throws SQLException {
    DumpFiles.makeEmpty(directory);
    int isolation = connection.getTransactionIsolation();
    boolean readOnly = connection.isReadOnly();
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    try {
      new Dump(connection, options, progress).write(directory);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
      connection.setReadOnly(readOnly);
      connection.setTransactionIsolation(isolation);
    }
  }

  private void write(Path directory) throws SQLException {
    List<Definition> definitions = definitions();
    if (options.definitions()) {
      writeSql(directory, "pre-data", definitions);
    }
    if (options.rows()) {
      DumpFiles.makeDirectory(directory.resolve(ROWS));
      for (Definition definition : definitions) {
        String name = definition.name();
        if (definition.kind().equals("table") && name != null) {
          writeRows(directory, definition.schema(), name);
        }
      }
    }
    if (options.definitions()) {
      writeSql(directory, "post-data", definitions);
    }
    new DumpManifest(files).write(directory);
    progress.end("dumped");
  }

  private List<Definition> definitions() throws SQLException {
    List<Definition> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT section, kind, object_schema, object_name, statement FROM"
                    + " quiver.definitions ORDER BY position")) {
      while (rows.next()) {
        all.add(
            new Definition(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5)));
      }
    }
    Set<String> schemas = new HashSet<>();
    Set<String> found = new HashSet<>();
    for (Definition definition : all) {
      if (definition.name() != null && options.wants(definition.schema(), definition.name())) {
        schemas.add(definition.schema());
        found.add(definition.name());
        found.add(definition.schema() + "." + definition.name());
      }
    }
    for (String table : options.tables()) {
      if (!found.contains(table)) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_TABLE, "there is no table or view \"" + table + "\" to dump");
      }
    }
    return all.stream()
        .filter(definition ->
            options.wants(definition.schema(), definition.name())
                || (definition.kind().equals("schema") && schemas.contains(definition.schema())))
        .toList();
  }

  private void writeSql(Path directory, String section, List<Definition> definitions) {
    StringBuilder text = new StringBuilder();
    for (Definition definition : definitions) {
      if (definition.section().equals(section)) {
        text.append(definition.statement()).append(";\n");
      }
    }
    String name = section + ".sql";
    Path path = directory.resolve(name);
    DumpFiles.write(path, text.toString());
    files.add(new DumpManifest.SqlFile(name, DumpFiles.content(path)));
  }

  private void writeRows(Path directory, String schema, String table) throws SQLException {
    TableRows rows = new TableRows(connection);
    Schema columns = rows.columns(schema, table);
    // The number is what tells files apart, the name is for whoever looks.
    String name =
        "%s/%04d-%s.arrow".formatted(ROWS, files.size(), table.replaceAll("[^A-Za-z0-9_]", "_"));
    Path path = directory.resolve(name);
    progress.begin(TableRows.name(schema, table));
    long[] count = new long[1];
    try (BatchSink sink = Formats.create(path, Format.ARROW, FormatOptions.defaults(), columns)) {
      rows.read(
          schema,
          table,
          columns,
          batch -> {
            sink.write(batch);
            count[0] += batch.rowCount();
            progress.moved(batch.rowCount());
          });
      sink.finish();
    }
    progress.endTable();
    files.add(new DumpManifest.RowsFile(name, schema, table, count[0], DumpFiles.content(path)));
  }
}
