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
  private final Place place;
  private final BenchTable table;
  private BenchTable.Built built = new BenchTable.Built(0, 0, 0);

  private TableTarget(AnnData data, AnnOptions options, Place place, BenchTable table) {
    this.data = data;
    this.options = options;
    this.place = place;
    this.table = table;
  }

  /**
   * Where the table is.
   *
   * @param url of JDBC
   * @param own the database, where it goes with the table
   */
  private record Place(Way way, String url, @Nullable TemporaryDatabase own) {
    static Place temporary(Way way) {
      TemporaryDatabase own =
          way == Way.EMBEDDED ? TemporaryDatabase.embedded() : TemporaryDatabase.served();
      return new Place(way, own.url(), own);
    }

    void close() {
      if (own != null) {
        own.close();
      }
    }
  }

  /**
   * Loads the data into a table of a database in a temporary directory, which a server in this
   * process serves unless the way is embedded, and builds its index.
   */
  public static TableTarget load(AnnData data, AnnOptions options, Way way, PrintWriter notes)
      throws SQLException, InterruptedException {
    return load(data, options, Place.temporary(way), false, notes);
  }

  /** The same, but with an index of its rows for each value that is filtered by. */
  public static TableTarget loadEach(AnnData data, AnnOptions options, Way way, PrintWriter notes)
      throws SQLException, InterruptedException {
    return load(data, options, Place.temporary(way), true, notes);
  }

  /**
   * Loads the data into a table of a server that is running, and builds its index.
   *
   * @param url of JDBC
   */
  public static TableTarget load(AnnData data, AnnOptions options, String url, PrintWriter notes)
      throws SQLException, InterruptedException {
    return load(data, options, new Place(Way.JDBC, url, null), false, notes);
  }

  private static TableTarget load(
      AnnData data, AnnOptions options, Place place, boolean each, PrintWriter notes)
      throws SQLException, InterruptedException {
    BenchTable table;
    try {
      table = new BenchTable(DriverManager.getConnection(place.url()), data, notes);
    } catch (SQLException e) {
      place.close();
      throw e;
    }
    TableTarget target = new TableTarget(data, options, place, table);
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
    return place.way() == Way.EMBEDDED;
  }

  @Override
  public Client connect() throws SQLException {
    return place.way() == Way.FLIGHT
        ? new FlightSearches(data, options.k(), Objects.requireNonNull(place.own()).flightPort())
        : new JdbcSearches(data, options.k(), place.url());
  }

  @Override
  public void close() throws SQLException {
    try {
      table.close();
    } finally {
      place.close();
    }
  }
}
