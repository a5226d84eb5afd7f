package io.quiver.cli.ann;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
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
