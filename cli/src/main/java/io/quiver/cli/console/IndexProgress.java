package io.quiver.cli.console;

import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.types.QuiverException;
import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * After CREATE INDEX, which returns before its index is built: shows how far that is, until it is
 * over or the user leaves. Leaving ends nothing.
 */
final class IndexProgress {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** After so many looks that find no build there is none: the index is not committed yet. */
  private static final int LOOKS_MAX = 10;

  private final Connection connection;
  private final ProgressBar bar;
  private final PrintStream out;

  IndexProgress(Connection connection, ProgressBar bar, PrintStream out) {
    this.connection = connection;
    this.bar = bar;
    this.out = out;
  }

  /**
   * What there is of the indexes that are followed.
   *
   * @param building whether the state of one is so
   * @param rows that are to have them, of which {@code done} do
   */
  private record Look(
      boolean building, int builds, long rows, long done, @Nullable String reason) {}

  /**
   * Follows the build that a statement which has run began; nothing for other statements.
   *
   * @param left asked often; true when the user has had enough
   */
  void follow(String sql, BooleanSupplier left) throws SQLException {
    if (!(parsed(sql) instanceof Statement.CreateIndex create) || create.unique()) {
      return;
    }
    long start = System.nanoTime();
    bar.begin();
    Look look = look(create);
    Look first = look;
    boolean seen = false;
    int without = 0;
    while (look.building() && without < LOOKS_MAX && !left.getAsBoolean()) {
      without = look.builds() == 0 ? without + 1 : 0;
      seen |= look.builds() > 0;
      if (look.builds() > 0) {
        bar.draw(line(look, look.done() - first.done(), System.nanoTime() - start));
      }
      LockSupport.parkNanos(POLL_NANOS);
      look = look(create);
    }
    bar.end();
    if (look.building() && seen) {
      out.println("the index is built in the background; quiver.index_builds shows how far it is");
    } else if (look.reason() != null) {
      out.println("the index is not complete: " + CellText.printable(look.reason()));
    } else if (seen) {
      double seconds = (System.nanoTime() - start) / 1e9;
      out.println(String.format(Locale.ROOT, "the index is ready after %.1f s", seconds));
    }
  }

  private static @Nullable Statement parsed(String sql) {
    try {
      return SqlParser.parse(sql);
    } catch (QuiverException e) {
      // What a server understands need not be what this console does.
      return null;
    }
  }

  private Look look(Statement.CreateIndex create) throws SQLException {
    boolean building = false;
    String reason = null;
    long done = 0;
    String ofIndexes = "SELECT state, reason, rows_indexed FROM quiver.indexes";
    try (PreparedStatement statement = prepare(ofIndexes, create);
        ResultSet indexes = statement.executeQuery()) {
      while (indexes.next()) {
        building |= indexes.getString(1).equals("building");
        reason = indexes.getString(2) == null ? reason : indexes.getString(2);
        done += indexes.getLong(3);
      }
    }
    long rows = done;
    int builds = 0;
    String ofBuilds = "SELECT \"rows\", rows_done FROM quiver.index_builds";
    try (PreparedStatement statement = prepare(ofBuilds, create);
        ResultSet running = statement.executeQuery()) {
      for (; running.next(); builds++) {
        rows += running.getLong(1);
        done += running.getLong(2);
      }
    }
    return new Look(building, builds, rows, done, reason);
  }

  private PreparedStatement prepare(String select, Statement.CreateIndex create)
      throws SQLException {
    String name = create.name();
    String where = " WHERE table_name = ?" + (name == null ? "" : " AND index_name = ?");
    PreparedStatement statement = connection.prepareStatement(select + where);
    statement.setString(1, create.table().name());
    if (name != null) {
      statement.setString(2, name);
    }
    return statement;
  }

  /** {@code [######......] 52 % 5,200 of 10,000 rows 1,300 rows/s 4 s left}. */
  private static String line(Look look, long done, long nanos) {
    double perSecond = done / (nanos / 1e9);
    String rest =
        done <= 0
            ? ""
            : String.format(
                Locale.ROOT,
                "  %,.0f rows/s  %,.0f s left",
                perSecond,
                Math.ceil((look.rows() - look.done()) / perSecond));
    return ProgressBar.bar(look.done() / (double) Math.max(1, look.rows()))
        + String.format(Locale.ROOT, "  %,d of %,d rows", look.done(), look.rows())
        + rest;
  }
}
