package io.quiver.vector.index.flat;

import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * All rows, one after the other: exact, for every metric and encoding, and without anything to
 * build. It needs no Vector API. Its written form has no sections.
 */
public final class FlatIndex implements VectorIndex {
  private final VectorRows rows;

  public FlatIndex(VectorRows rows) {
    this.rows = rows;
  }

  @Override
  public IndexSpec spec() {
    return new IndexSpec.Flat();
  }

  @Override
  public VectorRows rows() {
    return rows;
  }

  @Override
  public VectorSearcher searcher() {
    return new FlatSearcher(rows);
  }

  /** The rows', without which there is no search. */
  @Override
  public long memoryBytes() {
    return rows.count() * rows.block().stride();
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec(), List.of());
  }

  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec(), rows, List.of());
  }
}
