package io.quiver.storage;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalMetaStore;
import io.quiver.storage.file.MetaStore;
import io.quiver.storage.log.Log;
import io.quiver.storage.log.LogReader;
import io.quiver.storage.log.LogWriter;
import io.quiver.storage.log.ShardId;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.memtable.NumberedRows;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.CorruptionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Brings a database back from its files: the manifest that counts, its segments, and the log that
 * comes after. It removes what a crash has left half done.
 */
final class Recovery {
  private static final String TEMPORARY = "tmp";
  private static final MetaStore.Key EPOCH = new MetaStore.Key("log/0/epoch");
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FileSystem files;
  private final SegmentCache cache;
  private final Scheduler scheduler;

  /** Of the cache's files; segments are read through it. */
  Recovery(SegmentCache cache, Scheduler scheduler) {
    this.files = cache.files();
    this.cache = cache;
    this.scheduler = scheduler;
  }

  InstalledManifest.Opened open(MetaStore heads, Log log) {
    ManifestStore manifests = new ManifestStore(files, heads);
    Manifest manifest = manifests.read();
    // Before anything is removed: a process that was killed may have left a head that the power
    // can still take back, and this commit makes it durable.
    long epoch = nextEpoch(heads);
    removeTemporary(manifests, manifest);
    LogWriter writer = log.open(ShardId.FIRST, epoch);
    DatabaseState state = state(manifest);
    CommitPipeline pipeline =
        new CommitPipeline(state, manifest.nextTable(), writer, manifest.replayFrom(), scheduler);
    replay(cache, log, manifest, pipeline, scheduler);
    removeOrphans(manifest, pipeline);
    return new InstalledManifest.Opened(files, pipeline, manifests, log, epoch, manifest, state);
  }

  /** Brings the newest state into memory, and changes no file; nothing can be committed to it. */
  CommitPipeline read(MetaStore heads, Log log) {
    Manifest manifest = new ManifestStore(files, heads).read();
    CommitPipeline pipeline =
        new CommitPipeline(
            state(manifest), manifest.nextTable(), null, manifest.replayFrom(), scheduler);
    replay(cache, log, manifest, pipeline, scheduler);
    return pipeline;
  }

  /**
   * The heads of a database, none of a new one.
   *
   * @throws CorruptionException when they are damaged, or missing beside files that they had to
   *     come before: an empty database in their place would take those away
   */
  static MetaStore heads(FileSystem files) {
    MetaStore heads = new LocalMetaStore(files);
    if (heads.get(EPOCH) == null) {
      for (String later : List.of("log", "segments")) {
        if (!files.list(later).isEmpty()) {
          throw new CorruptionException(
              files.describe("meta/heads"), 0, "it is missing, and " + later + " is not empty");
        }
      }
    }
    return heads;
  }

  private void removeTemporary(ManifestStore manifests, Manifest manifest) {
    for (String name : files.list(TEMPORARY)) {
      deleteTree(TEMPORARY + "/" + name);
    }
    files.createDirectories(TEMPORARY);
    manifests.removeOthers(manifest);
  }

  /** Removes segments that neither the manifest nor a commit in the log names. */
  private void removeOrphans(Manifest manifest, CommitPipeline pipeline) {
    Set<UUID> known = new HashSet<>(manifest.segmentIds());
    known.addAll(pipeline.adopted(pipeline.visible().version()));
    for (UUID id : SegmentDirectory.list(files)) {
      if (!known.contains(id)) {
        SegmentDirectory.delete(files, id);
      }
    }
  }

  private void deleteTree(String path) {
    for (String name : files.list(path)) {
      deleteTree(path + "/" + name);
    }
    files.delete(path);
  }

  /** Takes the next number for the log's writer, durably, so that no older one may write again. */
  private static long nextEpoch(MetaStore heads) {
    MetaStore.@Nullable Versioned last = heads.get(EPOCH);
    long epoch = last == null ? 1 : last.value().get(LONG, 0) + 1;
    MemorySegment value = Arena.ofAuto().allocate(8);
    value.set(LONG, 0, epoch);
    long version = last == null ? MetaStore.Versioned.ABSENT : last.version();
    heads.commit(
        List.of(new MetaStore.Expect(EPOCH, version)), List.of(new MetaStore.Put(EPOCH, value)));
    return epoch;
  }

  private DatabaseState state(Manifest manifest) {
    Map<TableId, TableState> tables = new HashMap<>();
    for (Manifest.Table table : manifest.tables()) {
      List<TablePart> parts = new ArrayList<>();
      List<Manifest.Segment> segments = table.segments();
      for (int i = 0; i < segments.size(); i++) {
        boolean last = i + 1 == segments.size();
        long end = last ? table.nextRowId() : segments.get(i + 1).firstRowId();
        parts.add(open(cache, segments.get(i), end).covering(table.definition()));
      }
      tables.put(
          table.definition().id(),
          new TableState(table.definition(), parts, table.nextRowId(), table.nextIdentity(), null));
    }
    return DatabaseState.of(
        new CommitVersion(manifest.commitVersion()), manifest.catalog(), tables);
  }

  /**
   * Opens a segment of a table.
   *
   * @param end above the row ids of the segment, and not above those of the next one
   */
  static TablePart open(SegmentCache cache, Manifest.Segment segment, long end) {
    SegmentReader reader = SegmentReader.open(cache, segment.id());
    if (reader.rowCount() != segment.rowCount()) {
      throw new CorruptionException(
          cache.files().describe("segments/" + segment.id()),
          0,
          reader.rowCount() + " rows, the manifest says " + segment.rowCount());
    }
    boolean numbered = !reader.has(ColumnId.ROW_ID);
    ColumnSource rows =
        numbered ? new NumberedRows(reader, segment.rowCount(), segment.firstRowId()) : reader;
    // Ids ascend: where so many of them fit in just so, there is no gap, and none need be read.
    boolean consecutive = numbered || end - segment.firstRowId() == segment.rowCount();
    return new TablePart(
        rows,
        new TablePart.Rows(segment.rowCount(), segment.firstRowId(), consecutive),
        segment.deleted(),
        segment.sizeInBytes(),
        segment.id());
  }

  static void replay(
      SegmentCache cache,
      Log log,
      Manifest manifest,
      CommitPipeline pipeline,
      Scheduler scheduler) {
    try (LogReader reader = log.read(ShardId.FIRST, manifest.replayFrom(), false)) {
      LogReplay.run(reader, pipeline, id -> SegmentReader.open(cache, id), scheduler);
    }
  }
}
