package io.quiver.examples.javadoc;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The index on the vectors, and what it is worth: how much it finds, and how fast. */
final class DocsIndex {
  private static final String CREATE =
      """
      CREATE VECTOR INDEX docs_embedding ON docs (embedding)
      USING hnsw DISTANCE COSINE WITH (quantizer = 'rabitq')\
      """;

  private static final String PROGRESS =
      "SELECT state, built_as FROM quiver.indexes WHERE index_name = 'docs_embedding'";

  private static final String SEARCH = "SELECT id FROM docs ORDER BY embedding <=> ? LIMIT 10";

  private static final int QUERIES = 200;
  private static final long POLL_MILLIS = 50;

  private final Connection connection;
  private final PrintStream out;

  DocsIndex(Connection connection, PrintStream out) {
    this.connection = connection;
    this.out = out;
  }

  /** The ten nearest to each query, and how long one took. */
  private record Answers(List<Set<Long>> rows, double millisEach) {}

  /** Makes it, and waits until all rows have it; searches would be right before, too. */
  void create() throws SQLException {
    long start = System.nanoTime();
    try (Statement statement = connection.createStatement()) {
      statement.execute("FLUSH");
      statement.execute(CREATE);
      String builtAs = awaitReady(statement);
      double seconds = JavadocSearch.elapsedMillis(start) / 1e3;
      out.printf(Locale.ROOT, "Built the index %s in %.1f s.%n", builtAs, seconds);
    }
  }

  private String awaitReady(Statement statement) throws SQLException {
    while (true) {
      try (ResultSet index = statement.executeQuery(PROGRESS)) {
        index.next();
        String state = index.getString(1);
        if (state.equals("ready")) {
          return index.getString(2);
        }
        if (!state.equals("building")) {
          throw new IllegalStateException("the index is " + state);
        }
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the index was built", e);
      }
    }
  }

  /** Asks for the neighbours of some rows, by the index and exactly, and compares the answers. */
  void report() throws SQLException {
    List<float[]> queries = queries();
    try (Statement statement = connection.createStatement()) {
      answers(queries);
      Answers found = answers(queries);
      statement.execute("SET quiver.recall_target = 1");
      Answers exact = answers(queries);
      statement.execute("RESET quiver.recall_target");
      long hits = 0;
      long wanted = 0;
      for (int i = 0; i < queries.size(); i++) {
        Set<Long> both = new HashSet<>(exact.rows().get(i));
        wanted += both.size();
        both.retainAll(found.rows().get(i));
        hits += both.size();
      }
      out.printf(
          Locale.ROOT,
          "Asked %d times for the 10 nearest, it finds %.1f %% of them in %.2f ms each; measuring"
              + " all rows takes %.2f ms.%n",
          queries.size(),
          100.0 * hits / wanted,
          found.millisEach(),
          exact.millisEach());
    }
  }

  private List<float[]> queries() throws SQLException {
    List<float[]> queries = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT embedding FROM docs WHERE MOD(id, 40) = 1 ORDER BY id")) {
      while (queries.size() < QUERIES && rows.next()) {
        queries.add(rows.getObject(1, float[].class));
      }
    }
    return queries;
  }

  private Answers answers(List<float[]> queries) throws SQLException {
    List<Set<Long>> answers = new ArrayList<>();
    long start = System.nanoTime();
    try (PreparedStatement search = connection.prepareStatement(SEARCH)) {
      for (float[] query : queries) {
        Set<Long> ids = new HashSet<>();
        search.setObject(1, query);
        try (ResultSet rows = search.executeQuery()) {
          while (rows.next()) {
            ids.add(rows.getLong(1));
          }
        }
        answers.add(ids);
      }
    }
    return new Answers(answers, JavadocSearch.elapsedMillis(start) / queries.size());
  }
}
