package io.quiver.jdbc;

import java.sql.SQLException;

/**
 * Opens databases in this process. Found by {@link java.util.ServiceLoader}, so that this driver
 * works without an engine beside it.
 */
public interface EmbeddedBackendProvider {
  /**
   * A backend for one connection. Connections to the same database share it; the last one that
   * closes closes the database.
   */
  Backend open(QuiverUrl.Embedded url) throws SQLException;
}
