package io.quiver.storage.predicate;

import io.quiver.storage.catalog.ColumnId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a filter demands of single columns: a row for which the filter is true fulfils all of them.
 * A row that fulfils them may still not pass the filter.
 *
 * @param columns the demand of each column of which something is demanded
 */
public record ColumnPredicates(Map<ColumnId, ColumnPredicate> columns) {
  /** Nothing is demanded. */
  public static final ColumnPredicates NONE = new ColumnPredicates(Map.of());

  /** No row qualifies. */
  public static final ColumnPredicates NEVER = of(ColumnId.ROW_ID, new ColumnPredicate.Never());

  public ColumnPredicates {
    columns = Map.copyOf(columns);
  }

  public static ColumnPredicates of(ColumnId column, ColumnPredicate predicate) {
    return new ColumnPredicates(Map.of(column, predicate));
  }

  /** The demand of a column, or null where any value and null will do. */
  public @Nullable ColumnPredicate of(ColumnId column) {
    return columns.get(column);
  }

  public boolean isEmpty() {
    return columns.isEmpty();
  }

  /** Whether no row qualifies. */
  public boolean isNever() {
    return columns.values().stream().anyMatch(ColumnPredicate.Never.class::isInstance);
  }

  /** What both demand. */
  public ColumnPredicates and(ColumnPredicates other) {
    Map<ColumnId, ColumnPredicate> both = new HashMap<>(columns);
    other.columns.forEach((column, demand) -> both.merge(column, demand, ColumnPredicate::and));
    return new ColumnPredicates(both);
  }

  /** What each row that fulfils one of the two fulfils. */
  public ColumnPredicates or(ColumnPredicates other) {
    if (isNever()) {
      return other;
    }
    if (other.isNever()) {
      return this;
    }
    Map<ColumnId, ColumnPredicate> either = new HashMap<>();
    columns.forEach((column, demand) -> {
      ColumnPredicate otherDemand = other.of(column);
      ColumnPredicate wider = otherDemand == null ? null : demand.or(otherDemand);
      if (wider != null) {
        either.put(column, wider);
      }
    });
    return new ColumnPredicates(either);
  }
}
