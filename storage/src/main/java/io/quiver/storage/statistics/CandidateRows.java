package io.quiver.storage.statistics;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.types.Column;
import java.util.BitSet;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The zones of a segment in which rows may fulfil what a filter demands. Immutable but for its
 * making.
 */
public final class CandidateRows {
  /** Anywhere. */
  public static final CandidateRows ALL = new CandidateRows(null);

  private static final CandidateRows NONE = new CandidateRows(new BitSet());

  private final @Nullable BitSet zones;

  private CandidateRows(@Nullable BitSet zones) {
    this.zones = zones;
  }

  /**
   * Asks the summaries of the columns of which something is demanded: first those of whole columns,
   * then Bloom filters, then zone maps.
   *
   * @param summaries gives that of a column, or null where nothing is known
   */
  public static CandidateRows of(
      ColumnPredicates demands, Function<ColumnId, @Nullable ColumnSummary> summaries) {
    if (demands.isNever()) {
      return NONE;
    }
    BitSet zones = null;
    for (boolean whole : new boolean[] {true, false}) {
      for (Map.Entry<ColumnId, ColumnPredicate> demand : demands.columns().entrySet()) {
        ColumnSummary summary = summaries.apply(demand.getKey());
        if (summary == null || summary.statistics().rows() == 0) {
          continue;
        }
        if (whole) {
          if (!summary.statistics().range().mayHold(0, demand.getValue())) {
            return NONE;
          }
        } else if (!mayHold(summary, demand.getValue())) {
          return NONE;
        } else {
          zones = narrowed(zones, summary, demand.getValue());
        }
      }
    }
    return zones == null ? ALL : new CandidateRows(zones);
  }

  /** Whether one of the wanted values may be among all those of the column. */
  private static boolean mayHold(ColumnSummary summary, ColumnPredicate predicate) {
    if (!(predicate instanceof ColumnPredicate.OneOf some)) {
      return true;
    }
    BloomFilter filter = summary.filter();
    Column values = some.values();
    for (int i = 0; filter != null && i < values.length(); i++) {
      if (filter.mayHold(ValueHash.of(values, i))) {
        return true;
      }
    }
    return filter == null;
  }

  private static @Nullable BitSet narrowed(
      @Nullable BitSet zones, ColumnSummary summary, ColumnPredicate predicate) {
    ZoneMap map = summary.zones();
    if (map == null) {
      return zones;
    }
    BitSet narrowed = new BitSet(map.zones());
    for (int zone = 0; zone < map.zones(); zone++) {
      if ((zones == null || zones.get(zone)) && map.mayHold(zone, predicate)) {
        narrowed.set(zone);
      }
    }
    return narrowed;
  }

  /** Whether no row qualifies. */
  public boolean isEmpty() {
    return zones != null && zones.isEmpty();
  }

  /**
   * Whether one of some rows may qualify.
   *
   * @param count at least one
   */
  public boolean mayHold(int from, int count) {
    if (zones == null) {
      return true;
    }
    int zone = zones.nextSetBit(from / ZoneMap.ZONE_ROWS);
    return zone >= 0 && zone <= (from + count - 1) / ZoneMap.ZONE_ROWS;
  }
}
