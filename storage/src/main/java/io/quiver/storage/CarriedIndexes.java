package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.index.ReusedGraph;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes, of what a merge has written and nobody has seen yet, the vector indexes that its segments
 * had: a search that was served by them is never without. The graph of the largest is reused where
 * it can be.
 */
final class CarriedIndexes {
  /** Of the rows of a graph that is reused, the part that is there yet at least. */
  private static final double LIVE_SHARE_MIN = 0.7;

  private static final System.Logger LOG = System.getLogger(CarriedIndexes.class.getName());

  private final IndexBuilds builds;
  private final CommitPipeline pipeline;
  private final VectorIndexes indexes;

  CarriedIndexes(IndexBuilds builds, CommitPipeline pipeline) {
    this.builds = builds;
    this.pipeline = pipeline;
    this.indexes = pipeline.indexes().vectors();
  }

  /** Segments whose indexes are being made, which would be for nothing if they were rewritten. */
  Set<UUID> segmentsBegun() {
    return builds.segmentsBegun();
  }

  /** Whether some of the parts lack an index on vectors that they are to have. */
  boolean lacksAny(Rewrite work, Catalog catalog) {
    return catalog.indexesOf(work.definition().id()).stream()
        .filter(index -> index.kind().isVector())
        .anyMatch(index ->
            work.parts().stream()
                .anyMatch(part -> indexes.isLargeEnough(part) && indexes.isMissing(part, index)));
  }

  private boolean had(Rewrite work, IndexDefinition index) {
    boolean had = false;
    for (TablePart part : work.parts()) {
      had |= indexes.has(part, index) || opens(work, part, index);
    }
    return had;
  }

  /** After the database is opened, a merge may come before an index has been read. */
  private boolean opens(Rewrite work, TablePart part, IndexDefinition index) {
    try {
      return indexes.isMissing(part, index) && indexes.open(part, work.definition(), index);
    } catch (IllegalArgumentException | OutOfMemoryError e) {
      LOG.log(System.Logger.Level.WARNING, "an index is not carried through a merge", e);
      return false;
    }
  }

  /**
   * Makes them.
   *
   * @param to what was written of the work
   * @param check what it throws ends all; many threads call it
   * @param progress is told bytes that were written
   */
  void make(
      Rewrite work, List<TablePart> to, Catalog catalog, Runnable check, LongConsumer progress) {
    for (IndexDefinition index : catalog.indexesOf(work.definition().id())) {
      if (!index.kind().isVector()
          || to.stream().noneMatch(part -> indexes.isMissing(part, index))) {
        continue;
      }
      boolean had = had(work, index);
      for (TablePart part : to) {
        if (!indexes.isMissing(part, index)) {
          continue;
        }
        if (had) {
          IndexWork made = new IndexWork(work.definition(), index, part);
          progress.accept(make(made, reuse(work, index, part), check));
        } else {
          leaveOut(work, part, index);
        }
      }
      carryInterim(work, to, index);
    }
  }

  /** Codes of the inputs' rows serve until there is an index of the output. */
  private void carryInterim(Rewrite work, List<TablePart> to, IndexDefinition index) {
    SqlType.Vector type = IndexSpecs.type(index, work.definition());
    if (index.kind().isVector() && type != null && to.size() == 1) {
      int shift = 0;
      for (TablePart part : work.parts()) {
        indexes.interim().carry(part, to.getFirst(), index, type, shift);
        shift += part.liveRowCount();
      }
    }
  }

  /** What somebody did not want of the inputs is not wanted of the output. */
  private void leaveOut(Rewrite work, TablePart to, IndexDefinition index) {
    for (TablePart part : work.parts()) {
      MissingIndex why = indexes.givenUp(part, index);
      if (why != null && why.cause() == MissingIndex.Cause.KILLED) {
        indexes.giveUp(to, index, why);
      }
    }
  }

  private long make(IndexWork work, @Nullable ReusedGraph reuse, Runnable check) {
    BuildWatch watch =
        new BuildWatch(check, () -> !VectorIndexing.isDefined(pipeline.visible(), work));
    IndexBuilds.Build build = builds.add(VectorIndexBuild.What.MERGE, work, watch::isUnwanted);
    if (build == null) {
      throw new IllegalStateException("rows that a merge has written are not new");
    }
    try {
      return build.make(indexes, reuse);
    } catch (CancellationException e) {
      watch.rethrow();
      if (build.isKilled()) {
        indexes.giveUp(work.part(), work.index(), VectorIndexing.killed(build));
      }
    } catch (CorruptionException e) {
      throw e;
    } catch (QuiverException e) {
      // Rows are not kept waiting for an index that the disk refuses, or that is too large.
      if (e.code() == ErrorCode.OUT_OF_MEMORY) {
        indexes.giveUp(work.part(), work.index(), VectorIndexing.tooLarge(e));
      } else if (!VectorIndexing.isRefusal(e)) {
        throw e;
      }
      warn(work, e);
    } catch (IllegalArgumentException | OutOfMemoryError e) {
      warn(work, e);
    } finally {
      build.end();
    }
    return 0;
  }

  private static void warn(IndexWork work, Throwable e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "index " + work.index().name() + " cannot be carried through a merge: " + e.getMessage());
  }

  /**
   * Lets the indexes of what a flush has written, which the background makes, go on with the
   * largest that its rows had in memory.
   */
  void offer(Rewrite work, List<TablePart> to, Catalog catalog) {
    for (IndexDefinition index : catalog.indexesOf(work.definition().id())) {
      for (TablePart part : to) {
        ReusedGraph graph = index.kind().isVector() ? reuse(work, index, part) : null;
        if (graph != null && indexes.isMissing(part, index)) {
          indexes.offer(part, index, graph);
        }
      }
      carryInterim(work, to, index);
    }
  }

  /** The input with the most rows that has an index, where most of them are there yet. */
  private @Nullable ReusedGraph reuse(Rewrite work, IndexDefinition index, TablePart to) {
    if (index.predicateSql() != null) {
      // It numbers some of the rows, and another way than the merge does.
      return null;
    }
    TablePart largest = null;
    for (TablePart part : work.parts()) {
      if (indexes.has(part, index)
          && (largest == null || part.liveRowCount() > largest.liveRowCount())) {
        largest = part;
      }
    }
    SegmentVectorIndex found = largest == null ? null : indexes.find(largest, index);
    return largest == null
            || found == null
            || found.rowCount() > largest.rowCount()
            || largest.liveRowCount() < LIVE_SHARE_MIN * largest.rowCount()
        ? null
        : new ReusedGraph(
            found, Arrays.copyOf(newNumbers(work, largest, to.rowCount()), found.rowCount()));
  }

  /** A merge writes the live rows of its parts one after the other. */
  static int[] newNumbers(Rewrite work, TablePart of, int rows) {
    int[] numbers = new int[of.rowCount()];
    Arrays.fill(numbers, -1);
    int next = 0;
    for (TablePart part : work.parts()) {
      if (part.equals(of)) {
        DeletedRows deleted = part.deleted();
        int number = next;
        for (int row = 0; row < numbers.length; row++) {
          if (!deleted.contains(row)) {
            numbers[row] = number++;
          }
        }
      }
      next += part.liveRowCount();
    }
    if (next != rows) {
      throw new IllegalStateException(rows + " rows were written of " + next);
    }
    return numbers;
  }
}
