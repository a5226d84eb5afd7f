package io.quiver.vector.index.sparse;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import java.lang.foreign.MemorySegment;

/**
 * Finds the sparse rows of the greatest inner product with a query, exactly: through inverted lists
 * whose blocks are skipped when they cannot have a row that is near enough ({@link
 * SparseSearcher}). Any number of threads may search at once, each with a searcher of its own.
 *
 * <p>Rows or queries with a negative weight have no such bound: then every row is measured.
 */
public final class SparseIndex {
  private final SparseRows rows;
  private final SparseLists lists;

  private SparseIndex(SparseRows rows, SparseLists lists) {
    this.rows = rows;
    this.lists = lists;
  }

  /**
   * Builds it, with one thread.
   *
   * @throws java.util.concurrent.CancellationException when the options say so
   * @throws IllegalArgumentException for more than about 2³¹ elements
   */
  public static SparseIndex build(SparseRows rows, BuildOptions options) {
    return new SparseIndex(rows, SparseBuilder.build(rows, options));
  }

  /**
   * Opens a written index over the rows that it was built from; it is read where it is.
   *
   * @throws DamagedIndexException when it is not what was written
   */
  public static SparseIndex open(MemorySegment form, SparseRows rows) {
    return new SparseIndex(rows, SparseLists.open(form, rows));
  }

  /** What it serves. */
  public SparseRows rows() {
    return rows;
  }

  /** A new searcher. */
  public SparseSearcher searcher() {
    return searcher(SparseSearcher.PLACES_MAX);
  }

  SparseSearcher searcher(int placesMax) {
    return new SparseSearcher(rows, lists, placesMax);
  }

  /** Bytes of memory that it keeps beside the rows. */
  public long memoryBytes() {
    return lists.form().byteSize();
  }

  /** Bytes of its written form, which is that of {@link SparseLists}. */
  public long formBytes() {
    return lists.form().byteSize();
  }

  /** Writes it to memory of {@link #formBytes}. */
  public void write(MemorySegment form) {
    MemorySegment.copy(lists.form(), 0, form, 0, lists.form().byteSize());
  }
}
