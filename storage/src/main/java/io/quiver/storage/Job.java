package io.quiver.storage;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Work that a store does or has done beside statements, at one moment.
 *
 * @param id of this job alone; later work has a greater one
 * @param schemaName of the table, or null for work on all tables
 * @param tableName as it was when the job began
 * @param finished null while it runs
 * @param rowsDone rows that have been read, or that are in segments which are finished
 * @param rowsTotal live rows that are written or read in all
 * @param bytesDone bytes of columns that have been written, or brought into memory
 * @param bytesTotal about how many will have been, or would be if there were room
 * @param error what ended it, or null
 */
public record Job(
    long id,
    Kind kind,
    @Nullable String schemaName,
    @Nullable String tableName,
    State state,
    Instant started,
    @Nullable Instant finished,
    long rowsDone,
    long rowsTotal,
    long bytesDone,
    long bytesTotal,
    @Nullable String error) {
  /**
   * How many rows were done a second, or null where none were yet.
   *
   * @param now until when, where it runs
   */
  public @Nullable Double rowsPerSecond(Instant now) {
    long millis = Duration.between(started, finished == null ? now : finished).toMillis();
    return rowsDone == 0 ? null : rowsDone * 1000.0 / Math.max(1, millis);
  }

  /** What is done. */
  public enum Kind {
    /** Rows in memory go to segments. */
    FLUSH,
    /** Segments are merged in the background. */
    COMPACTION,
    /** Segments are merged because a statement asked for it. */
    OPTIMIZE,
    /** The keys of a table's rows are read into memory after opening. */
    KEYS,
    /** Segments get an index that they do not have. */
    INDEX,
    /** What a table has in files is brought into memory because a statement asked for it. */
    LOAD
  }

  /** How far it is. */
  public enum State {
    RUNNING,
    FINISHED,
    FAILED,
    CANCELED
  }
}
