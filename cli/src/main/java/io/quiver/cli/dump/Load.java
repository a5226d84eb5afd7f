package io.quiver.cli.dump;

import io.quiver.formats.BatchSource;
import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.Formats;
import io.quiver.formats.RowErrors;
import io.quiver.formats.WantedColumns;
import io.quiver.sql.SqlScript;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Reads a dump into a database, in one transaction: all of it or nothing. Every file is checked
 * against its checksum first.
 */
public final class Load {
  private final Path directory;
  private final DumpManifest manifest;

  private Load(Path directory, DumpManifest manifest) {
    this.directory = directory;
    this.manifest = manifest;
  }

  /**
   * Reads a dump, and compares all checksums.
   *
   * @throws QuiverException 58P01 where there is no complete dump or one of another version, XX001
   *     where it is damaged
   */
  public static Load checked(Path directory) {
    DumpManifest manifest = DumpManifest.read(directory);
    manifest.check(directory);
    return new Load(directory, manifest);
  }

  /**
   * Loads it.
   *
   * @throws SQLException what the database has against it, such as 42P07 for a table that is there
   */
  public void into(Connection connection, TransferProgress progress) throws SQLException {
    connection.setAutoCommit(false);
    boolean done = false;
    try {
      for (DumpManifest.DumpFile file : manifest.files()) {
        switch (file) {
          case DumpManifest.SqlFile sql -> run(sql, connection);
          case DumpManifest.RowsFile rows -> load(rows, connection, progress);
        }
      }
      connection.commit();
      done = true;
    } finally {
      if (!done) {
        connection.rollback();
      }
      connection.setAutoCommit(true);
    }
    progress.end("loaded");
  }

  private void run(DumpManifest.SqlFile file, Connection connection) throws SQLException {
    String text = DumpFiles.read(directory.resolve(file.name()));
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : SqlScript.split(text).all()) {
        try {
          statement.execute(sql);
        } catch (SQLException e) {
          throw new SQLException(file.name() + ": " + e.getMessage(), e.getSQLState(), e);
        }
      }
    }
  }

  private void load(DumpManifest.RowsFile file, Connection connection, TransferProgress progress)
      throws SQLException {
    Path path = directory.resolve(file.name());
    progress.begin(TableRows.name(file.schema(), file.table()));
    try (BatchSource source =
        Formats.open(
            path,
            Format.ARROW,
            FormatOptions.defaults(),
            new WantedColumns(List.of(), false),
            RowErrors.STOP)) {
      long rows =
          new TableRows(connection)
              .write(
                  file.schema(),
                  file.table(),
                  source.schema(),
                  () -> {
                    Batch batch = source.next();
                    if (batch != null) {
                      progress.moved(batch.rowCount());
                    }
                    return batch;
                  });
      if (rows != file.rows()) {
        throw DumpManifest.damaged(
            path, "it has " + rows + " rows, the manifest says " + file.rows());
      }
    }
    progress.endTable();
  }
}
