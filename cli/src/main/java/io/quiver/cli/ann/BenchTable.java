package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows of the data as a table with a vector index. It goes when it is closed. */
final class BenchTable implements AutoCloseable {
  private static final String NAME = "quiver_bench_ann";
  private static final String INDEX = NAME + "_emb";
  private static final int BATCH_ROWS = 1_000;
  private static final long POLL_MILLIS = 50;

  /** What the table's index has become. */
  record Built(double seconds, long fileBytes, long memoryBytes) {}

  private final Connection connection;
  private final AnnData data;
  private final PrintWriter notes;

  /**
   * A table of a database, which is not there yet.
   *
   * @param connection which it closes
   */
  BenchTable(Connection connection, AnnData data, PrintWriter notes) {
    this.connection = connection;
    this.data = data;
    this.notes = notes;
  }

  /**
   * Makes the table and its indexes, and waits until these are built.
   *
   * @param each whether each value that is filtered by has an index of its rows, in place of one of
   *     all rows
   */
  Built make(IndexSpec spec, boolean each) throws SQLException, InterruptedException {
    List<String> indexes = each ? indexingEach(spec) : List.of(indexing(spec, INDEX));
    long start = System.nanoTime();
    execute("CREATE TABLE " + NAME + " (id INTEGER NOT NULL, " + scalarColumn() + vectorColumn());
    connection.setAutoCommit(false);
    insert();
    connection.commit();
    connection.setAutoCommit(true);
    // One segment, as the library has one index.
    execute("OPTIMIZE TABLE " + NAME);
    notes.printf(
        Locale.ROOT,
        "loaded in %.1f s; %s%n",
        (System.nanoTime() - start) / 1e9,
        indexes.getFirst());
    notes.flush();
    start = System.nanoTime();
    for (String index : indexes) {
      execute(index);
    }
    return awaitBuilt(start);
  }

  private String scalarColumn() {
    return data.filters().areThere()
        ? "scalar " + (data.filters().areIntegers() ? "INTEGER" : "VARCHAR") + ", "
        : "";
  }

  private String vectorColumn() {
    return "emb VECTOR(" + data.rows().dimension() + ", " + data.rows().encoding() + ") NOT NULL)";
  }

  private void insert() throws SQLException {
    boolean filtered = data.filters().areThere();
    String sql = "INSERT INTO " + NAME + (filtered ? " VALUES (?, ?, ?)" : " VALUES (?, ?)");
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int row = 0; row < data.rows().count(); row++) {
        insert.setInt(1, row);
        if (filtered) {
          data.filters().bind(insert, 2, data.filters().scalars().get(row));
        }
        insert.setObject(filtered ? 3 : 2, AnnData.floats(data.rows(), row));
        insert.addBatch();
        if ((row + 1) % BATCH_ROWS == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
  }

  /** The statement that searches: with the scalar first, where there is a filter. */
  static String search(AnnData data, int k) {
    return "SELECT id FROM "
        + NAME
        + (data.filters().areThere() ? " WHERE scalar = ?" : "")
        + " ORDER BY emb "
        + operator(data.rows().metric())
        + " ? LIMIT "
        + k;
  }

  /** What makes searches of a session try so hard. */
  static List<String> settings(Effort effort) {
    return switch (effort) {
      case Effort.Default _ -> List.of("RESET hnsw.ef_search", "RESET ivf.probes");
      case Effort.Fixed(int value) ->
          List.of("SET hnsw.ef_search = " + value, "SET ivf.probes = " + value);
      case Effort.Recall(double target) -> List.of("SET quiver.recall_target = " + target);
    };
  }

  private static String operator(Metric metric) {
    return switch (metric) {
      case COSINE -> "<=>";
      case NEGATIVE_INNER_PRODUCT -> "<#>";
      default -> "<->";
    };
  }

  private List<String> indexingEach(IndexSpec spec) {
    boolean integers = data.filters().areIntegers();
    List<String> values = data.filters().scalars().stream().distinct().toList();
    List<String> indexes = new ArrayList<>();
    for (String value : values) {
      String literal = integers ? value : "'" + value.replace("'", "''") + "'";
      indexes.add(indexing(spec, INDEX + "_" + indexes.size()) + " WHERE scalar = " + literal);
    }
    return indexes;
  }

  private String indexing(IndexSpec spec, String name) {
    return "CREATE VECTOR INDEX "
        + name
        + " ON "
        + NAME
        + " (emb) USING "
        + spec.kind()
        + " DISTANCE "
        + distance(data.rows().metric())
        + options(spec);
  }

  private static String distance(Metric metric) {
    return switch (metric) {
      case COSINE -> "COSINE";
      case NEGATIVE_INNER_PRODUCT -> "INNER_PRODUCT";
      default -> "L2";
    };
  }

  /** The options of SQL that say the same as the parameters of the library. */
  private static String options(IndexSpec spec) {
    List<String> options = new ArrayList<>();
    switch (spec) {
      case IndexSpec.Flat _, IndexSpec.Auto _ -> {
        // They have none.
      }
      case IndexSpec.Hnsw hnsw -> {
        options.add("m = " + hnsw.m());
        options.add("ef_construction = " + hnsw.efConstruction());
        options.add("quantizer = '" + hnsw.quantizer().name().toLowerCase(Locale.ROOT) + "'");
      }
      case IndexSpec.Ivf ivf -> {
        if (ivf.lists() > 0) {
          options.add("lists = " + ivf.lists());
        }
        if (ivf.code() == IndexSpec.ListCode.RABITQ) {
          options.add("bits = " + ivf.bits());
        }
        if (ivf.parts() > 0) {
          options.add("subvectors = " + ivf.parts());
        }
      }
      case IndexSpec.DiskAnn diskAnn -> {
        options.add("max_degree = " + diskAnn.degree());
        options.add("search_list_size = " + diskAnn.efConstruction());
      }
    }
    return options.isEmpty() ? "" : " WITH (" + String.join(", ", options) + ")";
  }

  private Built awaitBuilt(long start) throws SQLException, InterruptedException {
    String sql =
        "SELECT state, bytes, memory_bytes, built_as FROM quiver.indexes WHERE index_name LIKE '"
            + INDEX
            + "%'";
    try (PreparedStatement asking = connection.prepareStatement(sql)) {
      while (true) {
        boolean ready = true;
        long fileBytes = 0;
        long memoryBytes = 0;
        String builtAs = "";
        try (ResultSet index = asking.executeQuery()) {
          while (index.next()) {
            String state = index.getString(1);
            if (!state.equals("ready") && !state.equals("building")) {
              throw new QuiverException(
                  ErrorCode.INVALID_PARAMETER_VALUE, "an index is not built, its state: " + state);
            }
            ready &= state.equals("ready");
            fileBytes += index.getLong(2);
            memoryBytes += index.getLong(3);
            builtAs = index.getString(4);
          }
        }
        if (ready) {
          notes.println("built " + builtAs);
          notes.flush();
          return new Built((System.nanoTime() - start) / 1e9, fileBytes, memoryBytes);
        }
        Thread.sleep(POLL_MILLIS);
      }
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    try (connection) {
      execute("DROP TABLE IF EXISTS " + NAME);
    }
  }
}
