package io.quiver.executor.operator;

import io.quiver.executor.plan.SkippedRows;

/** Counts what one node of a plan does not read of its table. Owned by the thread that runs it. */
final class SkipCounter {
  private long segments;
  private long segmentsSkipped;
  private long rowsSkipped;

  /** A segment that is looked at or skipped. */
  void addSegment() {
    segments++;
  }

  void skipSegment(int rows) {
    segmentsSkipped++;
    rowsSkipped += rows;
  }

  void skipRows(int rows) {
    rowsSkipped += rows;
  }

  /** Adds what another has counted. */
  void add(SkipCounter other) {
    segments += other.segments;
    segmentsSkipped += other.segmentsSkipped;
    rowsSkipped += other.rowsSkipped;
  }

  SkippedRows sum() {
    return new SkippedRows(segments, segmentsSkipped, rowsSkipped);
  }
}
