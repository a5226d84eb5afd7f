package io.quiver.cli.ann;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Whom searches ask: an index of the library, or a table by SQL. */
public interface SearchTarget extends AutoCloseable {
  /** The index that answers. */
  IndexSpec spec();

  /** How long it took to build. */
  double buildSeconds();

  /** Bytes of its file. */
  long fileBytes();

  /** Bytes that it keeps in memory, beside the rows. */
  long memoryBytes();

  /** The greatest effort that it takes. */
  int effortMax();

  /** Whether the threads that search compute, rather than wait for others that do. */
  boolean computesInClients();

  /** A client for one thread. */
  Client connect() throws SQLException;

  @Override
  void close() throws SQLException;

  /**
   * Runs a search whose only column has the numbers of rows.
   *
   * @param rows gets them
   * @return how many there are
   */
  static int run(PreparedStatement search, int[] rows) throws SQLException {
    int count = 0;
    try (ResultSet found = search.executeQuery()) {
      while (found.next()) {
        rows[count++] = found.getInt(1);
      }
    }
    return count;
  }

  /** Searches for the queries of the data. Owned by one thread at a time. */
  interface Client extends AutoCloseable {
    /** How hard the searches that follow should try. */
    void setEffort(Effort effort) throws SQLException;

    /**
     * Searches for one query.
     *
     * @param rows gets the numbers of the rows found, nearest first
     * @return how many there are
     */
    int search(int query, int[] rows) throws SQLException;

    @Override
    void close() throws SQLException;
  }
}
