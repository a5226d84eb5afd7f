package io.quiver.storage.statistics;

import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import org.jspecify.annotations.Nullable;

/** All that is known of a column of a segment. Safe for many threads. */
public interface ColumnSummary {
  /** Of all rows. */
  ColumnStatistics statistics();

  /**
   * Of each {@link ZoneMap#ZONE_ROWS} rows; null where there is none.
   *
   * @throws io.quiver.types.CorruptionException when it is damaged
   */
  @Nullable ZoneMap zones();

  /**
   * The values; null where there is no filter of them.
   *
   * @throws io.quiver.types.CorruptionException when it is damaged
   */
  @Nullable BloomFilter filter();

  /** The summary of a column whose type was widened since: what holds of its values holds on. */
  record Widened(ColumnSummary stored, SqlType type) implements ColumnSummary {
    @Override
    public ColumnStatistics statistics() {
      ColumnStatistics known = stored.statistics();
      return new ColumnStatistics(
          type, known.range().widened(type), known.distinct(), known.vectors());
    }

    @Override
    public @Nullable ZoneMap zones() {
      ZoneMap known = stored.zones();
      return known == null ? null : known.widened(type);
    }

    /** A whole number and the same as a REAL or a DOUBLE have different hashes. */
    @Override
    public @Nullable BloomFilter filter() {
      SqlType from = stored.statistics().type();
      boolean alike =
          Widening.isWhole(from, type)
              || Widening.isSameLayout(from, type)
              || (from.equals(SqlType.REAL) && type.equals(SqlType.DOUBLE));
      return alike ? stored.filter() : null;
    }
  }

  /** A summary that is in memory. */
  record Known(ColumnStatistics statistics, @Nullable ZoneMap zones, @Nullable BloomFilter filter)
      implements ColumnSummary {}
}
