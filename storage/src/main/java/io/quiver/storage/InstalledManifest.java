package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.log.Log;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.log.ShardId;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.RetiredSegments;
import io.quiver.storage.transaction.SegmentIndexes;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The manifest that counts, the rows that it names, and the segments that it names no more. Flushes
 * and compactions prepare segments without any lock and come here to install them.
 *
 * <p>A crash leaves the old manifest or the new one; segments that the one that counts does not
 * name are removed at the next opening. Lock order: this one's, then the commit lock.
 */
final class InstalledManifest {
  private final ReentrantLock lock = new ReentrantLock();
  private final FileSystem files;
  private final CommitPipeline pipeline;
  private final ManifestStore manifests;
  private final Log log;
  private final long epoch;
  private final RetiredSegments retired;

  /** Since which arrangement of the tables a segment is read. */
  private final Map<UUID, Long> readSince = new HashMap<>();

  /** Named by manifests of which one may be the one that counts, for all we know. */
  private final Set<UUID> unsettled = new HashSet<>();

  /** Being rewritten by someone. Read without the lock, too. */
  private final Set<UUID> claimed = ConcurrentHashMap.newKeySet();

  private volatile Manifest manifest;

  /** What the manifest names: the database as of its commit version. */
  private volatile DatabaseState state;

  /** What a flush is writing, in the arrangement that compactions gave it meanwhile. */
  private CommitPipeline.@Nullable Sealed sealed;

  private volatile Runnable listener = () -> {};
  private volatile Runnable released = () -> {};

  InstalledManifest(Opened opened) {
    files = opened.files();
    pipeline = opened.pipeline();
    retired = new RetiredSegments(files, pipeline);
    manifests = opened.manifests();
    log = opened.log();
    epoch = opened.epoch();
    manifest = opened.manifest();
    state = opened.state();
  }

  /**
   * What recovery found.
   *
   * @param state what the manifest names
   */
  record Opened(
      FileSystem files,
      CommitPipeline pipeline,
      ManifestStore manifests,
      Log log,
      long epoch,
      Manifest manifest,
      DatabaseState state) {}

  /** The newest definitions, which the manifest may not have. */
  Catalog newestCatalog() {
    return pipeline.visible().catalog();
  }

  SegmentIndexes indexes() {
    return pipeline.indexes();
  }

  /** The segments that it names no more. */
  RetiredSegments retired() {
    return retired;
  }

  /** Calls someone after each flush and each merge, on its thread. */
  void onInstalled(Runnable added) {
    Runnable before = listener;
    listener =
        () -> {
          before.run();
          added.run();
        };
  }

  /** Calls someone when segments are claimed no more, on the thread that had them. */
  void onReleased(Runnable added) {
    released = added;
  }

  /** What the manifest names; segments in it may be claimed. */
  DatabaseState state() {
    lock.lock();
    try {
      return state;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the growing blocks and makes all that is committed what the next {@link #installFlush}
   * installs; null where the manifest has it all.
   */
  @Nullable DatabaseState seal() {
    lock.lock();
    try {
      retired.sweep();
      CommitPipeline.Sealed next = pipeline.seal();
      if (next.state().version().value() == manifest.commitVersion()
          && next.state().memoryBytes() == 0) {
        return null;
      }
      sealed = next;
      return next.state();
    } finally {
      lock.unlock();
    }
  }

  /** Reserves segments for rewriting; false where one is reserved already or has gone. */
  boolean claim(Collection<UUID> segments) {
    lock.lock();
    try {
      if (segments.isEmpty()) {
        return true;
      }
      boolean free = segments.stream().noneMatch(claimed::contains);
      if (!free || !Set.copyOf(manifest.segmentIds()).containsAll(segments)) {
        return false;
      }
      return claimed.addAll(segments);
    } finally {
      lock.unlock();
    }
  }

  void release(Collection<UUID> segments) {
    lock.lock();
    try {
      claimed.removeAll(segments);
    } finally {
      lock.unlock();
    }
    if (!segments.isEmpty()) {
      released.run();
    }
  }

  /** Whether someone rewrites a segment. It waits for nobody. */
  boolean isClaimed(UUID segment) {
    return claimed.contains(segment);
  }

  /** Segments that a flush must leave as they are: reserved ones, and those of no manifest yet. */
  Set<UUID> busy() {
    lock.lock();
    try {
      Set<UUID> busy = new HashSet<>(claimed);
      busy.addAll(pipeline.adopted(pipeline.visible().version()));
      return busy;
    } finally {
      lock.unlock();
    }
  }

  /** Installs what was sealed, with its rows in memory replaced, and lets the log go. */
  void installFlush(List<Replacement> replacements, Collection<UUID> written) {
    lock.lock();
    try {
      CommitPipeline.Sealed flushing = sealed;
      if (flushing == null) {
        throw new IllegalStateException("nothing has been sealed");
      }
      sealed = null;
      install(flushing.state(), flushing.position(), replacements, written);
      log.truncate(ShardId.FIRST, flushing.position(), epoch);
      cleanUp();
    } finally {
      lock.unlock();
    }
    listener.run();
  }

  /** Installs the same rows as of the same commit in other segments. */
  void installCompaction(Replacement replacement, Collection<UUID> written) {
    lock.lock();
    try {
      List<Replacement> one = List.of(replacement);
      install(state, manifest.replayFrom(), one, written);
      CommitPipeline.Sealed flushing = sealed;
      if (flushing != null) {
        DatabaseState arranged = Replacement.apply(flushing.state(), one);
        sealed = new CommitPipeline.Sealed(arranged, flushing.position());
      }
      cleanUp();
    } finally {
      lock.unlock();
    }
    listener.run();
  }

  private void install(
      DatabaseState base, Lsn position, List<Replacement> replacements, Collection<UUID> written) {
    DatabaseState nextState = Replacement.apply(base, replacements);
    Manifest next = manifest(nextState, position);
    unsettled.addAll(written);
    manifests.install(next);
    Manifest old = manifest;
    manifest = next;
    state = nextState;
    long since =
        pipeline.rearrange(newest -> Replacement.apply(newest, replacements)).arrangement();
    written.forEach(id -> readSince.put(id, since));
    // What transactions wrote themselves is the manifest's from now on, unless it has been
    // replaced.
    List<UUID> adopted = pipeline.adopted(nextState.version());
    pipeline.settled(adopted);
    Set<UUID> gone = new HashSet<>(old.segmentIds());
    gone.addAll(adopted);
    next.segmentIds().forEach(gone::remove);
    for (UUID id : gone) {
      Long from = readSince.remove(id);
      retired.add(id, from == null ? 0 : from, since);
    }
  }

  /** Removes what the manifest that has just been installed makes superfluous. */
  private void cleanUp() {
    unsettled.removeAll(Set.copyOf(manifest.segmentIds()));
    for (UUID id : List.copyOf(unsettled)) {
      SegmentDirectory.delete(files, id);
      readSince.remove(id);
      unsettled.remove(id);
    }
    manifests.removeOthers(manifest);
    retired.sweep();
  }

  /** Removes what a flush or compaction that failed has written. */
  void abandon(Collection<UUID> written, Throwable failure) {
    lock.lock();
    try {
      Set<UUID> named = new HashSet<>(manifest.segmentIds());
      for (UUID id : written) {
        if (!named.contains(id) && !unsettled.contains(id)) {
          try {
            SegmentDirectory.delete(files, id);
          } catch (RuntimeException remains) {
            failure.addSuppressed(remains);
          }
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether something has been committed that the manifest does not have. */
  boolean isBehind(DatabaseState newest) {
    return newest.version().value() != manifest.commitVersion();
  }

  /** Whether segments of tables that are dropped by now are still there. */
  boolean holdsDropped(Catalog catalog) {
    Manifest current = manifest;
    if (current.catalog().version() == catalog.version()) {
      return false;
    }
    return current.tables().stream()
        .anyMatch(
            table -> !table.segments().isEmpty() && catalog.table(table.definition().id()) == null);
  }

  private Manifest manifest(DatabaseState named, Lsn position) {
    List<Manifest.Table> tables = new ArrayList<>();
    for (TableDefinition definition : named.catalog().tables()) {
      TableState table = named.tables().get(definition.id());
      if (table == null) {
        throw new IllegalStateException("no rows of " + definition.name());
      }
      List<Manifest.Segment> segments = new ArrayList<>();
      for (TablePart part : table.parts()) {
        UUID id = part.segment();
        if (id == null) {
          throw new IllegalStateException("rows of " + definition.name() + " are left in memory");
        }
        segments.add(
            new Manifest.Segment(
                id, part.firstRowId(), part.rowCount(), part.sizeInBytes(), part.deleted()));
      }
      tables.add(new Manifest.Table(definition, table.nextRowId(), table.nextIdentity(), segments));
    }
    return new Manifest(
        manifest.number() + 1,
        named.version().value(),
        position,
        named.catalog(),
        pipeline.nextTable(),
        tables);
  }
}
