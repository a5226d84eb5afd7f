package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Follows the builds that statements have begun. */
class IndexProgressTest {
  private static final String CREATE =
      "CREATE INDEX t_v ON t USING hnsw (v) WITH (ef_construction = 200)";

  private static void fill(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE t (id INT, v VECTOR(20))");
    }
    Random random = new Random(1);
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO t VALUES (?, ?)")) {
      for (int id = 0; id < 8_000; id++) {
        float[] vector = new float[20];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = (float) random.nextGaussian();
        }
        insert.setInt(1, id);
        insert.setObject(2, vector);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static String follow(Connection connection, String sql, BooleanSupplier left)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    new IndexProgress(connection, new ProgressBar(out), out).follow(sql, left);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void anIndexIsFollowedUntilItIsReady() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:quiver:mem:followed")) {
      fill(connection);
      String shown = "";
      // A build that is over at once shows nothing.
      for (int i = 0; i < 10 && shown.isEmpty(); i++) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("DROP INDEX IF EXISTS t_v");
        }
        shown = follow(connection, CREATE, () -> false);
      }
      assertThat(shown).contains("% ", " rows").contains("the index is ready after");
    }
  }

  @Test
  void leavingEndsNoBuild() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:quiver:mem:left")) {
      fill(connection);
      assertThat(follow(connection, CREATE, () -> true)).doesNotContain("ready");
      assertThat(follow(connection, "REINDEX INDEX t_v", () -> false)).isEmpty();
      assertThat(follow(connection, "CREATE INDEX t_w ON t USING flat (v)", () -> false))
          .doesNotContain("background");
    }
  }

  @Test
  void whatIsNotCommittedIsNotWaitedFor() throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:quiver:mem:open");
        Statement statement = connection.createStatement()) {
      fill(connection);
      statement.execute("BEGIN");
      assertThat(follow(connection, CREATE, () -> false)).isEmpty();
      statement.execute("ROLLBACK");
    }
  }
}
