package io.quiver.vector.index.fused;

import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the searchers of an index share. */
final class FusedParts {
  private final EuclideanRows space;
  private final FusedGraph graph;

  /** Of the blocks' points with exact = sq8, null with float32. */
  private final @Nullable ScalarQuantizer quantizer;

  private final RowPresence present;
  private final RecallCurve curve;
  private final int efSearch;
  private final boolean canHaveCodes;

  private final ReentrantLock makingCodes = new ReentrantLock();
  private volatile @Nullable CodeRows codeRows;

  FusedParts(
      EuclideanRows space,
      FusedGraph graph,
      @Nullable ScalarQuantizer quantizer,
      RowPresence present,
      RecallCurve curve,
      int efSearch) {
    this.space = space;
    this.graph = graph;
    this.quantizer = quantizer;
    this.present = present;
    this.curve = curve;
    this.efSearch = efSearch;
    canHaveCodes = !present.changes();
  }

  EuclideanRows space() {
    return space;
  }

  FusedGraph graph() {
    return graph;
  }

  @Nullable ScalarQuantizer quantizer() {
    return quantizer;
  }

  RowPresence present() {
    return present;
  }

  RecallCurve curve() {
    return curve;
  }

  int efSearch() {
    return efSearch;
  }

  /** Whether rows may have codes: not while they come and go. */
  boolean hasCodeRows() {
    return canHaveCodes;
  }

  /** The codes of all rows; the first caller makes them. */
  CodeRows codeRows(BooleanSupplier cancelled) {
    CodeRows made = codeRows;
    if (made == null) {
      makingCodes.lock();
      try {
        made = codeRows;
        if (made == null) {
          made = CodeRows.of(space, graph.rotation(), graph.entry(), cancelled);
          codeRows = made;
        }
      } finally {
        makingCodes.unlock();
      }
    }
    return made;
  }

  long memoryBytes() {
    CodeRows made = codeRows;
    return graph.blocks().byteSize() + (made == null ? 0 : made.memoryBytes());
  }
}
