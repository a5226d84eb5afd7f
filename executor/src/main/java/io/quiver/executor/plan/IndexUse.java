package io.quiver.executor.plan;

import io.quiver.executor.expression.Implication;
import io.quiver.storage.catalog.IndexId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a search may use indexes.
 *
 * @param conditions those of partial indexes on the vector column
 * @param efSearch candidates that a graph keeps; 0 for what the session says
 * @param probes lists that an inverted file looks into; 0 for what the session says
 * @param recall of the k nearest, the part to find, 1 for exact; 0 for what the session says
 * @param only the one that may serve, or null for any
 */
public record IndexUse(
    Map<IndexId, Implication.Condition> conditions,
    int efSearch,
    int probes,
    double recall,
    @Nullable IndexId only) {
  /** As the session says, without partial indexes. */
  public static final IndexUse ANY = new IndexUse(Map.of(), 0, 0, 0, null);

  public IndexUse {
    conditions = Map.copyOf(conditions);
  }
}
