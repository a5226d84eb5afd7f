package io.quiver.cli.ann;

import io.quiver.vector.index.IndexSpec;
import java.io.PrintWriter;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A table with a vector index, asked by SQL. */
public final class TableTarget implements SearchTarget {
  /** The greatest {@code hnsw.ef_search}. */
  private static final int CANDIDATES_MAX = 1_000;

  /** By which way statements reach the table. */
  public enum Way {
    /** JDBC, in this process. */
    EMBEDDED,
    /** JDBC, over a socket. */
    JDBC,
    /** Arrow Flight SQL, over a socket. */
    FLIGHT
  }

  private final AnnData data;
  private final AnnOptions options;
  private final Way way;
  private final String url;
  private final @Nullable TemporaryDatabase own;
  private final BenchTable table;
  private BenchTable.Built built = new BenchTable.Built(0, 0, 0);

  private TableTarget(
      AnnData data,
      AnnOptions options,
      Way way,
      String url,
      @Nullable TemporaryDatabase own,
      BenchTable table) {
    this.data = data;
    this.options = options;
    this.way = way;
    this.url = url;
    this.own = own;
    this.table = table;
  }

  /**
   * Loads the data into a table of a database in a temporary directory, which a server in this
   * process serves unless the way is embedded, and builds its index.
   */
  public static TableTarget load(AnnData data, AnnOptions options, Way way, PrintWriter notes)
      throws SQLException, InterruptedException {
    TemporaryDatabase own = database(way);
    return load(data, options, way, own.url(), own, false, notes);
  }

  /** The same, but with an index of its rows for each value that is filtered by. */
  public static TableTarget loadEach(AnnData data, AnnOptions options, Way way, PrintWriter notes)
      throws SQLException, InterruptedException {
    TemporaryDatabase own = database(way);
    return load(data, options, way, own.url(), own, true, notes);
  }

  private static TemporaryDatabase database(Way way) {
    return way == Way.EMBEDDED ? TemporaryDatabase.embedded() : TemporaryDatabase.served();
  }

  /**
   * Loads the data into a table of a server that is running, and builds its index.
   *
   * @param url of JDBC
   */
  public static TableTarget load(AnnData data, AnnOptions options, String url, PrintWriter notes)
      throws SQLException, InterruptedException {
    return load(data, options, Way.JDBC, url, null, false, notes);
  }

  private static TableTarget load(
      AnnData data,
      AnnOptions options,
      Way way,
      String url,
      @Nullable TemporaryDatabase own,
      boolean each,
      PrintWriter notes)
      throws SQLException, InterruptedException {
    BenchTable table;
    try {
      table = new BenchTable(DriverManager.getConnection(url), data, notes);
    } catch (SQLException e) {
      if (own != null) {
        own.close();
      }
      throw e;
    }
    TableTarget target = new TableTarget(data, options, way, url, own, table);
    try {
      target.built = table.make(options.spec(), each);
    } catch (SQLException | InterruptedException | RuntimeException e) {
      target.close();
      throw e;
    }
    return target;
  }

  @Override
  public IndexSpec spec() {
    return options.spec();
  }

  @Override
  public double buildSeconds() {
    return built.seconds();
  }

  @Override
  public long fileBytes() {
    return built.fileBytes();
  }

  @Override
  public long memoryBytes() {
    return built.memoryBytes();
  }

  @Override
  public int effortMax() {
    return Math.min(CANDIDATES_MAX, data.rows().count());
  }

  @Override
  public boolean computesInClients() {
    return way == Way.EMBEDDED;
  }

  @Override
  public Client connect() throws SQLException {
    return way == Way.FLIGHT
        ? new FlightSearches(data, options.k(), Objects.requireNonNull(own).flightPort())
        : new JdbcSearches(data, options.k(), url);
  }

  @Override
  public void close() throws SQLException {
    try {
      table.close();
    } finally {
      if (own != null) {
        own.close();
      }
    }
  }
}
