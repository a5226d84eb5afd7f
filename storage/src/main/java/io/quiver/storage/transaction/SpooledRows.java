package io.quiver.storage.transaction;

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

/** The segments that one open transaction has written. Owned by the transaction's thread. */
final class SpooledRows implements CommitPipeline.Committer {
  private static final System.Logger LOG = System.getLogger(SpooledRows.class.getName());

  /** The rows left at the commit go to a segment when they are this part of the threshold. */
  private static final int REST_PART = 8;

  private final @Nullable SegmentSpool spool;
  private final CommitPipeline pipeline;
  private final Map<UUID, SegmentSpool.Spooled> written = new LinkedHashMap<>();
  private final Set<UUID> logged = new HashSet<>();

  /**
   * @param spool null for a database that lives in memory: all rows stay there
   */
  SpooledRows(@Nullable SegmentSpool spool, CommitPipeline pipeline) {
    this.spool = spool;
    this.pipeline = pipeline;
  }

  /** Writes a table's new rows in memory to a segment when they have become many. */
  void added(TableChanges table) {
    if (spool != null && table.memoryBytes() >= spool.thresholdBytes()) {
      write(spool, table);
    }
  }

  /** Before a commit: the last rows follow the others of their table where that is worth it. */
  void addedLast(TableChanges table) {
    if (spool != null
        && !table.inSegments().isEmpty()
        && table.memoryBytes() >= Math.max(1, spool.thresholdBytes() / REST_PART)) {
      write(spool, table);
    }
  }

  private void write(SegmentSpool target, TableChanges table) {
    List<TablePart> parts = table.inMemory();
    if (parts.stream().allMatch(part -> part.liveRowCount() == 0)) {
      table.replaceInMemory(null);
      return;
    }
    SegmentSpool.Spooled segment = target.write(table.definition(), parts);
    written.put(segment.id(), segment);
    table.replaceInMemory(SegmentSpool.part(table.definition(), segment, parts));
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

  private static void join(CompletableFuture<Void> forced) {
    try {
      forced.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof QuiverException failure) {
        throw new QuiverException(failure.code(), String.valueOf(failure.getMessage()), failure);
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
