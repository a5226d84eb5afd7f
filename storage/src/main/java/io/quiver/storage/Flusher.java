package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * Writes the rows in memory to segments, has a manifest installed that names them, and the log let
 * go. Larger segments are left to {@link Compaction}.
 *
 * <p>A flush that fails changes nothing, and takes away what it has written. One runs at a time:
 * its thread holds {@link #turn}.
 */
final class Flusher implements AutoCloseable {
  private final ReentrantLock turn = new ReentrantLock();
  private final SegmentCache cache;
  private final RandomGenerator random;
  private final long segmentBytesMax;
  private final InstalledManifest installed;
  private final Jobs jobs;
  private final CarriedIndexes carried;
  private boolean closed;

  Flusher(
      StoreOptions options,
      SegmentCache cache,
      InstalledManifest installed,
      Jobs jobs,
      CarriedIndexes carried) {
    this.carried = carried;
    this.cache = cache;
    this.random = options.random();
    this.segmentBytesMax = options.limits().segmentBytes();
    this.installed = installed;
    this.jobs = jobs;
  }

  /**
   * Makes all that has been committed part of segments.
   *
   * @throws QuiverException 57P01 after closing; 58030, 53100 when the disk cannot be written
   */
  void flush() {
    turn.lock();
    try {
      if (closed) {
        throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
      }
      DatabaseState state = installed.seal();
      if (state != null) {
        flush(state);
      }
    } finally {
      turn.unlock();
    }
  }

  private void flush(DatabaseState state) {
    List<Rewrite> chosen = choose(state, installed.busy());
    Set<UUID> merged = Rewrite.segments(chosen);
    if (!installed.claim(merged)) {
      // A compaction came first: what is in memory is enough.
      merged = Set.of();
      chosen = choose(state, allSegments(state));
    }
    Jobs.Running job =
        jobs.start(Job.Kind.FLUSH, null, Rewrite.liveRows(chosen), Rewrite.liveBytes(chosen));
    List<UUID> written = new ArrayList<>();
    try {
      List<Replacement> replacements = new ArrayList<>();
      for (Rewrite each : chosen) {
        UUID id = new UUID(random.nextLong(), random.nextLong());
        written.add(id);
        TableDefinition table = each.definition();
        List<TablePart> to = new SegmentMerge(cache, table, each.parts(), job::wrote).write(id);
        Indexing.build(installed.indexes(), to, table, state.catalog(), job::wrote);
        carried.offer(each, to, state.catalog());
        replacements.add(new Replacement(table.id(), each.parts(), to));
        job.finishedRows(each.liveRows());
      }
      installed.installFlush(replacements, written);
      job.end(null);
    } catch (RuntimeException | Error e) {
      installed.abandon(written, e);
      job.end(e);
      throw e;
    } finally {
      installed.release(merged);
    }
  }

  private List<Rewrite> choose(DatabaseState state, Set<UUID> busy) {
    List<Rewrite> chosen = new ArrayList<>();
    for (Map.Entry<TableId, TableState> entry : state.tables().entrySet()) {
      List<TablePart> parts = entry.getValue().parts();
      // Compaction merges those, and builds their indexes anew before it is seen.
      Set<UUID> kept = new HashSet<>(busy);
      kept.addAll(carried.segmentsBegun());
      parts.stream()
          .filter(installed.indexes().vectors()::hasAny)
          .map(TablePart::segment)
          .filter(Objects::nonNull)
          .forEach(kept::add);
      MergePolicy.flush(parts, segmentBytesMax, id -> !kept.contains(id)).stream()
          .map(run -> new Rewrite(entry.getValue(), run.of(parts)))
          .filter(Rewrite::hasMemory)
          .forEach(chosen::add);
    }
    return chosen;
  }

  private static Set<UUID> allSegments(DatabaseState state) {
    return Rewrite.segments(
        state.tables().values().stream().map(table -> new Rewrite(table, table.parts())).toList());
  }

  /** Waits for a flush that is running; there is none afterwards. */
  @Override
  public void close() {
    turn.lock();
    try {
      closed = true;
    } finally {
      turn.unlock();
    }
  }
}
