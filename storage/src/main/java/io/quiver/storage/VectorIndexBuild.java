package io.quiver.storage;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The build of a vector index of one segment, or of rows in memory, at one moment.
 *
 * @param id what KILL names
 * @param segment null where the rows are in memory alone
 * @param rows of the segment or block, deleted ones included
 * @param share that is done, from 0 to 1
 * @param elapsedMillis since it began; 0 while it waits for that
 * @param threads that work on it; 0 while it waits to begin
 * @param memoryBytes that are reserved for it beyond the vectors; 0 while it waits to begin
 */
public record VectorIndexBuild(
    long id,
    What what,
    String schemaName,
    String tableName,
    String indexName,
    @Nullable UUID segment,
    State state,
    int rows,
    double share,
    long elapsedMillis,
    int threads,
    long memoryBytes) {
  /** Why it is built. */
  public enum What {
    /** The segment has none. */
    BUILD,
    /** A merge has written the segment, which nobody sees before it has what its inputs had. */
    MERGE,
    /** A statement asked for it anew; the old one serves meanwhile. */
    REINDEX
  }

  /** How far it is. */
  public enum State {
    /** For its turn, for memory, or for builds of smaller segments. */
    WAITING,
    RUNNING
  }

  /** About the rows that are done. */
  public long rowsDone() {
    return (long) (share * rows);
  }

  /** How long it will take if it goes on as before, or -1 where nothing is known yet. */
  public long etaMillis() {
    return share <= 0 ? -1 : Math.round(elapsedMillis * (1 - share) / share);
  }

  public double rowsPerSecond() {
    return elapsedMillis == 0 ? 0 : rowsDone() * 1000.0 / elapsedMillis;
  }
}
