package io.quiver.storage.transaction;

import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The segments that one open transaction has written. One more may be being written by another
 * thread while the transaction reads and adds rows; whatever changes them in another way comes
 * after {@link #settle} or {@link #forget}. Owned by the transaction's thread.
 */
final class SpooledRows implements CommitPipeline.Committer {
  private static final System.Logger LOG = System.getLogger(SpooledRows.class.getName());

  /** The rows left at the commit go to a segment when they are this part of the threshold. */
  private static final int REST_PART = 8;

  private final @Nullable SegmentSpool spool;
  private final CommitPipeline pipeline;
  private final Map<UUID, SegmentSpool.Spooled> written = new LinkedHashMap<>();
  private final Set<UUID> logged = new HashSet<>();
  private @Nullable Writing writing;

  /**
   * @param spool null for a database that lives in memory: all rows stay there
   */
  SpooledRows(@Nullable SegmentSpool spool, CommitPipeline pipeline) {
    this.spool = spool;
    this.pipeline = pipeline;
  }

  /** Rows of a table on their way to a segment, which are in memory until it is there. */
  private record Writing(
      TableChanges table, List<TablePart> parts, CompletableFuture<SegmentSpool.Spooled> segment) {
    long bytesOf(TableChanges other) {
      return table.equals(other) ? parts.stream().mapToLong(TablePart::sizeInBytes).sum() : 0;
    }
  }

  /** Writes a table's new rows in memory to a segment when they have become many. */
  void added(TableChanges table) {
    if (spool == null) {
      return;
    }
    Writing current = writing;
    if (current != null && current.segment().isDone()) {
      settle();
    }
    long left = writing == null ? 0 : writing.bytesOf(table);
    if (table.memoryBytes() - left >= spool.thresholdBytes()) {
      settle();
      write(spool, table);
    }
  }

  /** Before a commit: the last rows follow the others of their table where that is worth it. */
  void addedLast(TableChanges table) {
    if (spool != null
        && !table.inSegments().isEmpty()
        && table.memoryBytes() >= Math.max(1, spool.thresholdBytes() / REST_PART)) {
      write(spool, table);
      settle();
    }
  }

  private void write(SegmentSpool target, TableChanges table) {
    List<TablePart> parts = table.leaving();
    if (parts.stream().allMatch(part -> part.liveRowCount() == 0)) {
      table.left(parts, null);
      return;
    }
    writing = new Writing(table, parts, target.write(table.definition(), parts));
    if (writing.segment().isDone()) {
      settle();
    }
  }

  /**
   * Waits for the segment that is being written, and puts it in the place of its rows in memory.
   *
   * @throws QuiverException 58030 or 53100; all rows are still in memory then
   */
  void settle() {
    Writing done = writing;
    if (done == null) {
      return;
    }
    writing = null;
    SegmentSpool.Spooled segment = join(done.segment());
    written.put(segment.id(), segment);
    done.table()
        .left(done.parts(), SegmentSpool.part(done.table().definition(), segment, done.parts()));
  }

  /** Waits for the segment that is being written, whose rows stay where they are. */
  void forget() {
    Writing done = writing;
    writing = null;
    if (done != null) {
      SegmentSpool.Spooled segment = done.segment().exceptionally(failure -> null).join();
      if (segment != null) {
        written.put(segment.id(), segment);
      }
    }
  }

  /** The segments of a table as a commit names them. */
  List<CommitRecord.Segment> segments(TableChanges table) {
    List<CommitRecord.Segment> segments = new ArrayList<>();
    for (TablePart part : table.inSegments()) {
      SegmentSpool.Spooled segment = written.get(part.segment());
      if (segment == null) {
        throw new IllegalStateException("segment " + part.segment() + " is another transaction's");
      }
      segments.add(
          new CommitRecord.Segment(
              table.definition().id(),
              segment.id(),
              part.rowCount(),
              part.sizeInBytes(),
              part.deleted(),
              segment.reader()));
    }
    return segments;
  }

  /**
   * Makes the segments of a record durable, before the log may name them.
   *
   * @throws QuiverException 58030 or 53100
   */
  void force(CommitRecord record) {
    for (CommitRecord.Segment segment : record.segments()) {
      SegmentSpool.Spooled found = Objects.requireNonNull(written.get(segment.id()));
      CompletableFuture<Void> forced = found.forced();
      if (forced == null) {
        found.files().force();
      } else {
        join(forced);
      }
    }
  }

  private static <T> T join(CompletableFuture<T> work) {
    try {
      return work.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof CorruptionException damage) {
        throw damage;
      }
      if (e.getCause() instanceof QuiverException failure) {
        throw new QuiverException(failure.code(), String.valueOf(failure.getMessage()), failure);
      }
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw new QuiverException(
          ErrorCode.IO_ERROR, "a segment could not be written: " + e.getMessage(), e);
    }
  }

  /** Its segments are not this transaction's any more. */
  @Override
  public void logged(CommitRecord record) {
    record.segments().forEach(segment -> logged.add(segment.id()));
  }

  @Override
  public void undone(CommitRecord record) {
    record.segments().forEach(segment -> logged.remove(segment.id()));
  }

  /** Lets all files go, and removes the segments that no record names. */
  void end() {
    forget();
    if (spool == null || written.isEmpty()) {
      return;
    }
    List<UUID> unnamed = new ArrayList<>();
    try {
      for (SegmentSpool.Spooled segment : written.values()) {
        if (segment.forced() != null) {
          // Whether it worked matters to a commit alone.
          segment.forced().handle((done, failure) -> true).join();
        }
        segment.files().close();
        if (!logged.contains(segment.id())) {
          unnamed.add(segment.id());
        }
      }
      spool.abandon(unnamed, pipeline);
    } catch (QuiverException e) {
      // The transaction has ended as it has; what is left goes when the database is opened again.
      LOG.log(
          System.Logger.Level.WARNING,
          "segments that nothing names could not be removed: " + e.getMessage());
    } finally {
      written.clear();
    }
  }
}
