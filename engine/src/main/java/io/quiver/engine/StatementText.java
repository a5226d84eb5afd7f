package io.quiver.engine;

import io.quiver.sql.NormalizedSql;
import io.quiver.sql.SqlNormalizer;

/**
 * A statement as it was written, and the key of its plan.
 *
 * @param normalized of {@code sql}
 */
record StatementText(String sql, NormalizedSql normalized) {
  static StatementText of(String sql) {
    return new StatementText(sql, SqlNormalizer.normalize(sql));
  }
}
