package io.quiver.engine;

import io.quiver.planner.rule.ColumnEstimate;
import io.quiver.planner.rule.TableSizes;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.statistics.ColumnStatistics;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.DistinctSketch;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Column;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** What a snapshot knows of the sizes of tables, and of their columns. */
final class SnapshotSizes implements TableSizes {
  private final Snapshot snapshot;

  SnapshotSizes(Snapshot snapshot) {
    this.snapshot = snapshot;
  }

  @Override
  public long rows(TableId table) {
    return snapshot.table(table).rowCount();
  }

  /** From the segments on disk, where these have most of the rows. */
  @Override
  public @Nullable ColumnEstimate column(TableId table, ColumnId column) {
    DistinctSketch distinct = new DistinctSketch();
    long rows = 0;
    long nulls = 0;
    long unknown = 0;
    double least = Double.POSITIVE_INFINITY;
    double greatest = Double.NEGATIVE_INFINITY;
    for (SegmentView segment : snapshot.table(table).segments()) {
      ColumnSummary summary = segment.summary(column);
      ColumnStatistics known = summary == null ? null : summary.statistics();
      DistinctSketch sketch = known == null ? null : known.distinct();
      if (known == null || sketch == null) {
        unknown += segment.rowCount();
        continue;
      }
      distinct.add(sketch);
      rows += known.rows();
      nulls += known.nulls();
      if (known.nulls() < known.rows()) {
        least = Math.min(least, number(known.range().least(0)));
        greatest = Math.max(greatest, number(known.range().greatest(0)));
      }
    }
    return rows <= unknown
        ? null
        : new ColumnEstimate(
            (double) nulls / rows, Math.max(1, distinct.estimate()), least, greatest);
  }

  private static double number(@Nullable Column value) {
    return switch (value == null ? null : value.get(0)) {
      case Number number -> number.doubleValue();
      case LocalDate day -> day.toEpochDay();
      case null, default -> Double.NaN;
    };
  }
}
