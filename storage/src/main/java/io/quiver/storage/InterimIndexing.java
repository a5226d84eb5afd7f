package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.InterimIndexes;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.types.CorruptionException;
import io.quiver.types.SqlType;
import io.quiver.vector.index.BuildOptions;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Makes what serves searches until indexes on vectors have all rows ({@link InterimIndexes}), on a
 * thread of its own: the one that makes those indexes may be at one of them for minutes.
 */
final class InterimIndexing {
  private static final System.Logger LOG = System.getLogger(InterimIndexing.class.getName());

  private final CommitPipeline pipeline;
  private final VectorIndexing vectors;
  private final BuildOptions options;
  private volatile boolean closed;

  InterimIndexing(CommitPipeline pipeline, VectorIndexing vectors) {
    this.pipeline = pipeline;
    this.vectors = vectors;
    this.options = BuildOptions.threads(1).withCancelled(() -> closed);
  }

  /** Does so whenever rows have come, and when the thread is woken. */
  static BackgroundWork start(
      Scheduler scheduler, CommitPipeline pipeline, VectorIndexing vectors) {
    InterimIndexing interim = new InterimIndexing(pipeline, vectors);
    BackgroundWork work =
        new BackgroundWork(
            scheduler,
            "quiver-interim-index",
            interim::makeMissing,
            () -> interim.closed = true,
            "rows are measured that no index has yet; it is tried again");
    pipeline.onCommit(new ChangeWatch(pipeline.visible(), work::wake, work::wake)::committed);
    return work;
  }

  /** Makes all that is missing, a run of each part after the other. */
  void makeMissing() {
    boolean more = true;
    while (more && !closed) {
      more = false;
      // A snapshot for each round: others must not stay in memory or on the disk for long.
      try (Snapshot snapshot = pipeline.snapshot()) {
        Catalog catalog = snapshot.catalog();
        for (IndexDefinition index : catalog.indexes()) {
          TableDefinition table = catalog.table(index.table());
          if (index.kind().isVector() && table != null) {
            more |= makeNext(table, index, snapshot.table(table.id()).segments());
          }
        }
      } catch (CancellationException e) {
        // It is being closed.
        return;
      }
    }
  }

  private boolean makeNext(
      TableDefinition table, IndexDefinition index, List<SegmentView> segments) {
    InterimIndexes interim = pipeline.indexes().vectors().interim();
    boolean made = false;
    SqlType.Vector type = IndexSpecs.type(index, table);
    for (int i = 0; type != null && i < segments.size(); i++) {
      if (segments.get(i) instanceof TablePart part
          && pipeline.indexes().vectors().isMissing(part, index)
          && !vectors.isOpenedSoon(new IndexWork(table, index, part))) {
        try {
          boolean grows = part.segment() == null && i == segments.size() - 1;
          made |= interim.makeNext(part, index, type, grows, options);
        } catch (CorruptionException e) {
          // Whoever makes the index tells of it, and gives it up.
          LOG.log(System.Logger.Level.DEBUG, "a segment cannot be read", e);
        }
      }
    }
    return made;
  }
}
