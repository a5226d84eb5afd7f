package io.quiver.vector.index.fused;

import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the searchers of an index share. */
final class FusedParts {
  private final FusedForm form;
  private final RowSet present;
  private final int efSearch;
  private final boolean growing;

  private final ReentrantLock makingCodes = new ReentrantLock();
  private volatile @Nullable CodeRows codeRows;

  /**
   * @param form what would be written of the index
   * @param present rows that have a point and are linked: what searches return
   * @param growing whether rows come and go
   */
  FusedParts(FusedForm form, RowSet present, int efSearch, boolean growing) {
    this.form = form;
    this.present = present;
    this.efSearch = efSearch;
    this.growing = growing;
  }

  FusedForm form() {
    return form;
  }

  EuclideanRows space() {
    return form.space();
  }

  FusedGraph graph() {
    return form.graph();
  }

  /** Of the blocks' points with exact = sq8, null with float32. */
  @Nullable ScalarQuantizer quantizer() {
    return form.quantizer();
  }

  RowSet present() {
    return present;
  }

  EffortCurves efforts() {
    return form.efforts();
  }

  int efSearch() {
    return efSearch;
  }

  /** Whether rows may have codes: not while they come and go. */
  boolean hasCodeRows() {
    return !growing;
  }

  /** The codes of all rows; the first caller makes them. */
  CodeRows codeRows(BooleanSupplier cancelled) {
    CodeRows made = codeRows;
    if (made == null) {
      makingCodes.lock();
      try {
        made = codeRows;
        if (made == null) {
          made = CodeRows.of(space(), graph().rotation(), graph().entry(), cancelled);
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
    return graph().blocks().byteSize() + (made == null ? 0 : made.memoryBytes());
  }
}
