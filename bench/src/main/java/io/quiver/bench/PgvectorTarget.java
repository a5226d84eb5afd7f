package io.quiver.bench;

import io.quiver.cli.ann.AnnData;
import io.quiver.cli.ann.AnnOptions;
import io.quiver.cli.ann.SearchTarget;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/**
 * pgvector: a table with an {@code hnsw} index, kept for the next run, and binary parameters. A
 * filter is served by an iterative scan of that index or, when the URL begins with {@code +}, by a
 * B-tree on the scalar and an exact sort, or, when it begins with {@code each+}, by an index for
 * each value of the scalar.
 */
final class PgvectorTarget implements SearchTarget {
  private static final int BATCH_ROWS = 1_000;
  private static final int EF_SEARCH_MAX = 1_000;

  private final AnnData data;
  private final AnnOptions options;
  private final String url;
  private final boolean byTree;
  private final boolean each;
  private final String table;
  private double buildSeconds;
  private long bytes;

  private PgvectorTarget(AnnData data, AnnOptions options, String name) {
    this.data = data;
    this.options = options;
    this.byTree = name.startsWith("+");
    this.each = name.startsWith(BenchmarkAnn.EACH);
    String plain = name.substring(byTree ? 1 : each ? BenchmarkAnn.EACH.length() : 0);
    this.url =
        plain
            + (plain.contains("?") ? "&" : "?")
            + "prepareThreshold=1&binaryTransfer=true&reWriteBatchedInserts=true";
    this.table =
        "bench_ann_"
            + data.name().replaceAll("[^a-z0-9]", "_")
            + (options.filtered() ? "_filtered" : "")
            + (each ? "_each" : "");
  }

  /** A vector as pgvector sends it: the dimension, two bytes of zeros, and floats, big endian. */
  public static final class Vector extends PGobject implements PGBinaryObject {
    private static final long serialVersionUID = 1;

    private byte[] bytes = new byte[0];

    /** For the driver, which wants to be able to make one. */
    public Vector() {
      setType("vector");
    }

    Vector(float[] elements) {
      setType("vector");
      ByteBuffer buffer = ByteBuffer.allocate(4 + 4 * elements.length);
      buffer.putShort((short) elements.length).putShort((short) 0);
      for (float element : elements) {
        buffer.putFloat(element);
      }
      bytes = buffer.array();
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
      bytes = Arrays.copyOfRange(value, offset, value.length);
    }

    @Override
    public boolean isNull() {
      return false;
    }

    @Override
    public int lengthInBytes() {
      return bytes.length;
    }

    @Override
    public void toBytes(byte[] target, int offset) {
      System.arraycopy(bytes, 0, target, offset, bytes.length);
    }
  }

  /** Finds the table of an earlier run, or makes it and its indexes. */
  static PgvectorTarget load(AnnData data, AnnOptions options, String name) throws SQLException {
    PgvectorTarget target = new PgvectorTarget(data, options, name);
    // Connections know the type only where it is there already.
    try (Connection connection = DriverManager.getConnection(target.url);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE EXTENSION IF NOT EXISTS vector");
    }
    try (Connection connection = target.connection();
        Statement statement = connection.createStatement()) {
      try (ResultSet known =
          statement.executeQuery("SELECT to_regclass('" + target.table + "_v')")) {
        known.next();
        if (known.getString(1) == null) {
          target.make(connection, statement);
        }
      }
      try (ResultSet size =
          statement.executeQuery("SELECT pg_indexes_size('" + target.table + "')")) {
        size.next();
        target.bytes = size.getLong(1);
      }
    }
    return target;
  }

  private Connection connection() throws SQLException {
    Connection connection = DriverManager.getConnection(url);
    connection.unwrap(PGConnection.class).addDataType("vector", Vector.class);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET jit = off");
    }
    return connection;
  }

  private void make(Connection connection, Statement statement) throws SQLException {
    int dimension = data.rows().dimension();
    statement.execute("DROP TABLE IF EXISTS " + table);
    statement.execute(
        "CREATE TABLE "
            + table
            + " (id integer PRIMARY KEY, scalar integer, emb vector("
            + dimension
            + "))");
    statement.execute("ALTER TABLE " + table + " ALTER emb SET STORAGE plain");
    connection.setAutoCommit(false);
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?)")) {
      for (int row = 0; row < data.rows().count(); row++) {
        insert.setInt(1, row);
        insert.setInt(
            2, options.filtered() ? Integer.parseInt(data.filters().scalars().get(row)) : 0);
        insert.setObject(3, new Vector(AnnData.floats(data.rows(), row)));
        insert.addBatch();
        if ((row + 1) % BATCH_ROWS == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
    connection.commit();
    connection.setAutoCommit(true);
    IndexSpec.Hnsw hnsw = (IndexSpec.Hnsw) options.spec();
    statement.execute("SET maintenance_work_mem = '3GB'");
    statement.execute("SET max_parallel_maintenance_workers = 1");
    long start = System.nanoTime();
    List<String> conditions = conditions();
    for (String condition : conditions) {
      // The one whose name is looked for comes last.
      int left = conditions.size() - 1 - conditions.indexOf(condition);
      statement.execute(
          "CREATE INDEX %s_v%s ON %s USING hnsw (emb %s) WITH (m = %d, ef_construction = %d)%s"
              .formatted(
                  table,
                  left > 0 ? left : "",
                  table,
                  operators(),
                  hnsw.m(),
                  hnsw.efConstruction(),
                  condition));
    }
    buildSeconds = (System.nanoTime() - start) / 1e9;
    if (!each) {
      statement.execute("CREATE INDEX ON " + table + " (scalar)");
    }
    statement.execute("VACUUM ANALYZE " + table);
    try (ResultSet rows = statement.executeQuery("SELECT count(emb) FROM " + table)) {
      rows.next();
      if (rows.getInt(1) != data.rows().count()) {
        throw new IllegalStateException(rows.getInt(1) + " vectors arrived");
      }
    }
  }

  /** Of the rows that each index on vectors has. */
  private List<String> conditions() {
    return each
        ? data.filters().scalars().stream().distinct().map(v -> " WHERE scalar = " + v).toList()
        : List.of("");
  }

  private String operators() {
    return data.rows().metric() == Metric.COSINE ? "vector_cosine_ops" : "vector_l2_ops";
  }

  @Override
  public IndexSpec spec() {
    return options.spec();
  }

  @Override
  public double buildSeconds() {
    return buildSeconds;
  }

  @Override
  public long fileBytes() {
    return bytes;
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public int effortMax() {
    return byTree ? 0 : EF_SEARCH_MAX;
  }

  @Override
  public boolean computesInClients() {
    return false;
  }

  @Override
  public Client connect() throws SQLException {
    return new Searches();
  }

  @Override
  public void close() {
    // The table stays for the next run.
  }

  private String statement() {
    String order = "emb " + (data.rows().metric() == Metric.COSINE ? "<=>" : "<->") + " ?";
    if (byTree) {
      return "SELECT id FROM (SELECT id, %s AS d FROM %s WHERE scalar = ? OFFSET 0) AS f ORDER BY d LIMIT %d"
          .formatted(order, table, options.k());
    }
    return "SELECT id FROM %s %s ORDER BY %s LIMIT %d"
        .formatted(table, options.filtered() ? "WHERE scalar = ?" : "", order, options.k());
  }

  private final class Searches implements Client {
    private final Connection connection = connection();
    private final PreparedStatement search;
    private final List<Vector> queries = new ArrayList<>();

    Searches() throws SQLException {
      try (Statement statement = connection.createStatement()) {
        if (options.filtered() && !byTree) {
          statement.execute("SET enable_bitmapscan = off");
          statement.execute("SET hnsw.iterative_scan = relaxed_order");
          statement.execute("SET hnsw.max_scan_tuples = 60000");
        }
        if (each) {
          // A plan for any value can use none of the indexes.
          statement.execute("SET plan_cache_mode = force_custom_plan");
        }
      }
      search = connection.prepareStatement(statement());
      for (int query = 0; query < data.queries().count(); query++) {
        queries.add(new Vector(AnnData.floats(data.queries(), query)));
      }
    }

    @Override
    public void setEffort(Effort effort) throws SQLException {
      if (effort instanceof Effort.Fixed(int value)) {
        try (Statement statement = connection.createStatement()) {
          statement.execute("SET hnsw.ef_search = " + value);
        }
      }
    }

    @Override
    public int search(int query, int[] rows) throws SQLException {
      int vector = 1;
      if (options.filtered()) {
        int wanted = Integer.parseInt(data.filters().wanted().get(query));
        search.setInt(byTree ? 2 : 1, wanted);
        vector = byTree ? 1 : 2;
      }
      search.setObject(vector, queries.get(query));
      return SearchTarget.run(search, rows);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }
}
