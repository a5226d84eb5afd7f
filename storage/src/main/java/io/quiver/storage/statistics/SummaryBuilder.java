package io.quiver.storage.statistics;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the summary of a column that is being written. */
public final class SummaryBuilder {
  /** A sketch may count too few: room for so many more values, as a share. */
  private static final double FILTER_RESERVE = 0.1;

  private SummaryBuilder() {}

  /**
   * Looks at all rows.
   *
   * @param pieces of the column, one after the other
   * @param filtered whether a {@link BloomFilter} of the values is wanted
   */
  public static ColumnSummary.Known of(List<Column> pieces, boolean filtered) {
    SqlType type = pieces.getFirst().type();
    int rows = pieces.stream().mapToInt(Column::length).sum();
    boolean hashed = !(type instanceof SqlType.Array || type instanceof SqlType.Vector);
    DistinctSketch distinct = hashed ? new DistinctSketch() : null;
    RangeBuilder builder = new RangeBuilder(type, ZoneMap.ZONE_ROWS, rows);
    for (Column piece : pieces) {
      for (int row = 0; row < piece.length(); row++) {
        if (piece.isNull(row)) {
          builder.addNull();
          continue;
        }
        builder.add(piece, row);
        if (distinct != null) {
          distinct.add(ValueHash.of(piece, row));
        }
      }
    }
    VectorStatistics vectors =
        type instanceof SqlType.Vector vector ? VectorCollector.of(vector, pieces) : null;
    ZoneMap zones = builder.build();
    ColumnStatistics statistics = new ColumnStatistics(type, zones.whole(), distinct, vectors);
    return new ColumnSummary.Known(
        statistics,
        zones.zones() > 1 ? zones : null,
        filtered && distinct != null ? filter(pieces, distinct, rows) : null);
  }

  /**
   * Of a column that has one value in every row.
   *
   * @param value one row, or null where every row is null
   */
  public static ColumnSummary.Known repeated(SqlType type, @Nullable Column value, int rows) {
    boolean isNull = value == null || value.isNull(0);
    boolean hashed = !(type instanceof SqlType.Array || type instanceof SqlType.Vector);
    DistinctSketch distinct = hashed ? new DistinctSketch() : null;
    RangeBuilder whole = new RangeBuilder(type, 1, 1);
    if (value == null || isNull) {
      whole.addNull();
    } else {
      whole.add(value, 0);
      if (distinct != null) {
        distinct.add(ValueHash.of(value, 0));
      }
    }
    ZoneMap all = whole.build().repeated(rows);
    return new ColumnSummary.Known(new ColumnStatistics(type, all, distinct, null), null, null);
  }

  private static @Nullable BloomFilter filter(
      List<Column> pieces, DistinctSketch distinct, int rows) {
    double wanted = distinct.estimate() * (1 + FILTER_RESERVE);
    BloomFilter filter = BloomFilter.of(Math.min(rows, (long) Math.ceil(wanted)));
    for (Column piece : pieces) {
      for (int row = 0; row < piece.length(); row++) {
        if (!piece.isNull(row)) {
          filter.add(ValueHash.of(piece, row));
        }
      }
    }
    return filter;
  }
}
