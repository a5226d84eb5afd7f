package io.quiver.storage.transaction;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.index.InterimIndex;
import io.quiver.storage.index.InterimIndex.Range;
import io.quiver.storage.index.InterimIndex.Run;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.types.SqlType;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.ivf.IvfIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds and makes what serves searches until a part's index on vectors has all of its rows ({@link
 * InterimIndex}). Partial indexes have none, nor do vectors of bits, which are measured as fast as
 * codes are scanned, nor L1 distances, for which there are no such codes. Safe for many threads.
 */
public final class InterimIndexes {
  /** One list, each row a bit an element. */
  private static final IndexSpec.Ivf CODES =
      new IndexSpec.Ivf(IndexSpec.ListCode.RABITQ, 1, 1, 1, 0);

  private static final SegmentVectorIndex.Origin ORIGIN =
      new SegmentVectorIndex.Origin(0, 0, "until the index has these rows");

  private static final int WARM_UP_ROWS = 1_024;
  private static final int WARM_UP_SEARCHES = 500;
  private static final int WARM_UP_WINS = 5;
  private static final int WARM_UP_NEAREST = 30;

  private static volatile boolean isWarm;

  private final VectorIndexes indexes;

  InterimIndexes(VectorIndexes indexes) {
    this.indexes = indexes;
  }

  /** Whether an index on vectors of a type has any. */
  static boolean serves(IndexDefinition index, SqlType.Vector type) {
    return index.predicateSql() == null
        && index.kind() != IndexDefinition.Kind.FLAT
        && index.distance() != IndexDefinition.Distance.L1
        && type.element() != SqlType.Element.BINARY;
  }

  /** Runs of rows that the index may not have yet, in their order; none where it was given up. */
  public List<Run> find(TablePart part, IndexDefinition index) {
    InterimIndex known = part.indexes().interim(index.id());
    return known == null ? List.of() : known.runs();
  }

  /** How many rows of a part the index has not, but runs have. */
  int rows(TablePart part, IndexDefinition index) {
    InterimIndex known = part.indexes().interim(index.id());
    return known == null ? 0 : known.rows(VectorIndexes.indexed(part, index), part.rowCount());
  }

  /** Lets go what the index has by now. */
  void trim(TablePart part, IndexDefinition index) {
    InterimIndex known = part.indexes().interim(index.id());
    if (known != null) {
      known.trim(VectorIndexes.indexed(part, index));
    }
  }

  /** Bytes that its runs keep in memory. */
  long memoryBytes(TablePart part, IndexDefinition index) {
    InterimIndex known = part.indexes().interim(index.id());
    return known == null ? 0 : known.memoryBytes();
  }

  /**
   * Makes the next run of a part, if one is missing; one thread at a time does so. Nothing is read
   * where none is.
   *
   * @param type of the vectors
   * @param grows whether rows are added to it
   * @return whether there may be another
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public boolean makeNext(
      TablePart part,
      IndexDefinition index,
      SqlType.Vector type,
      boolean grows,
      BuildOptions options) {
    if (!serves(index, type) || !indexes.isMissing(part, index)) {
      return false;
    }
    InterimIndex known = part.indexes().interim(index.id(), () -> empty(type));
    Range next = known.next(VectorIndexes.indexed(part, index), part.rowCount(), grows);
    if (next == null) {
      return false;
    }
    int before = rows(part, index);
    VectorRows some = some(VectorIndexes.rows(part, index, null), next);
    VectorIndex codes = codes(known.begun(next), some, options);
    warmUp(codes);
    known.put(run(next, codes));
    indexes.backlog().indexed(index, rows(part, index) - (long) before);
    // The index may have been made meanwhile, or been given up.
    known.trim(VectorIndexes.indexed(part, index));
    MissingIndex why = indexes.givenUp(part, index);
    if (why != null && !why.isTriedAgain()) {
      part.indexes().removeInterim(index.id());
    }
    return true;
  }

  /** Goes on with codes that there are, unless rows have come that lie elsewhere. */
  private static VectorIndex codes(@Nullable Run begun, VectorRows some, BuildOptions options) {
    if (begun != null) {
      IvfIndex more = (IvfIndex) Indexes.openGrowing(written(begun.index().index()), some, options);
      for (int row = begun.range().rows(); row < some.count(); row++) {
        more.add(row);
      }
      if (!more.rebuildRecommended()) {
        return more;
      }
    }
    return Indexes.build(CODES, some, options);
  }

  private static MemorySegment written(VectorIndex index) {
    MemorySegment form = NativeMemory.allocate(index.formBytes());
    index.write(form);
    return form;
  }

  /**
   * Searches until that takes less time than to measure all rows: kernels take a hundred times as
   * long before they are compiled, and whoever searches should not have to wait for that.
   */
  private void warmUp(VectorIndex codes) {
    VectorRows rows = codes.rows();
    if (isWarm || rows.count() < WARM_UP_ROWS) {
      return;
    }
    DistanceKernels kernels = DistanceKernels.get(rows.encoding());
    VectorSearcher searcher = codes.searcher();
    Neighbors found = new Neighbors();
    double[] distances = new double[rows.count()];
    int wins = 0;
    for (int i = 0; i < WARM_UP_SEARCHES && wins < WARM_UP_WINS; i++) {
      MemorySegment query = rows.row(i % rows.count());
      long begin = indexes.clock().nanoTime();
      searcher.search(SearchRequest.of(query, WARM_UP_NEAREST, rows.count()), found);
      long searched = indexes.clock().nanoTime();
      kernels.distances(rows.metric(), query, rows.block(), rows.count(), distances);
      long measured = indexes.clock().nanoTime();
      wins = searched - begin < measured - searched ? wins + 1 : 0;
    }
    isWarm = true;
  }

  private InterimIndex empty(SqlType.Vector type) {
    long bytes = type.element().bytes(type.dimension());
    return new InterimIndex(InterimIndex.step(bytes, indexes.rowsMin()));
  }

  private static Run run(Range range, VectorIndex codes) {
    return new Run(range, new SegmentVectorIndex(codes, codes.rows().count(), null, ORIGIN));
  }

  private static VectorRows some(VectorRows rows, Range range) {
    long bytes = rows.encoding().bytes(rows.dimension());
    int count = range.to() - range.from();
    MemorySegment vectors = rows.block().memory().asSlice(bytes * range.from(), bytes * count);
    RowBlock block = RowBlock.packed(vectors, rows.dimension(), rows.encoding());
    return new VectorRows(rows.metric(), block, count);
  }

  /**
   * Lets what serves rows that are put elsewhere, all of a part's in their order, serve them there.
   *
   * @param type of the vectors
   * @param shift what the first row of the part becomes
   */
  public void carry(
      TablePart from, TablePart to, IndexDefinition index, SqlType.Vector type, int shift) {
    if (!serves(index, type) || from.deleted().count() > 0 || !indexes.isMissing(to, index)) {
      return;
    }
    VectorRows rows = VectorIndexes.rows(to, index, null);
    InterimIndex carried = to.indexes().interim(index.id(), () -> empty(type));
    int indexed = VectorIndexes.indexed(from, index);
    if (from.indexes().get(index.id())
            instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex whole)
        && whole.rowCount() == indexed) {
      carried.put(moved(whole.index(), rows, new Range(shift, shift + indexed)));
    }
    for (Run run : find(from, index)) {
      Range range = run.range();
      if (range.from() >= indexed && range.to() <= from.rowCount()) {
        Range there = new Range(range.from() + shift, range.to() + shift);
        carried.put(moved(run.index().index(), rows, there));
      }
    }
  }

  private static Run moved(VectorIndex index, VectorRows rows, Range there) {
    return run(there, Indexes.open(written(index), some(rows, there)));
  }
}
