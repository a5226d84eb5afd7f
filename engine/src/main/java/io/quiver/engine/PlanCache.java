package io.quiver.engine;

import io.quiver.engine.command.Rows;
import io.quiver.engine.command.SystemTables;
import io.quiver.planner.PlannedStatement;
import io.quiver.planner.rule.TableSizes;
import io.quiver.sql.NormalizedSql;
import io.quiver.types.Batch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Plans by normalised text, and what running them cost. A text has several plans where literals
 * that could not be hoisted differ. The least recently used texts go first. Safe for many threads.
 */
final class PlanCache {
  private static final int TEXTS_MAX = 1_024;
  private static final int VARIANTS_MAX = 16;

  /** A bulk INSERT's text is its own shape; keeping it would only push others out. */
  private static final int TEXT_LENGTH_MAX = 16_384;

  private final Map<String, Plans> entries =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Plans> eldest) {
          return size() > TEXTS_MAX;
        }
      };

  /** The entry of a text, made where there is none; null when the text is too long to keep. */
  @Nullable Plans entry(NormalizedSql sql) {
    if (sql.text().length() > TEXT_LENGTH_MAX) {
      return null;
    }
    synchronized (entries) {
      return entries.computeIfAbsent(sql.text(), Plans::new);
    }
  }

  /** The entry of a text, or null. */
  @Nullable Plans existing(NormalizedSql sql) {
    synchronized (entries) {
      return entries.get(sql.text());
    }
  }

  /** The rows of quiver.statements: texts that were executed, most time first. */
  Batch statements() {
    List<Plans> snapshot;
    synchronized (entries) {
      snapshot = List.copyOf(entries.values());
    }
    Rows rows = new Rows(SystemTables.STATEMENTS.schema());
    snapshot.stream()
        .filter(entry -> entry.calls.sum() > 0)
        .sorted((a, b) -> Long.compare(b.nanos.sum(), a.nanos.sum()))
        .forEach(entry -> {
          long calls = entry.calls.sum();
          double millis = entry.nanos.sum() / 1e6;
          rows.add(
              entry.text,
              calls,
              entry.hits.sum(),
              entry.errors.sum(),
              entry.rows.sum(),
              millis,
              millis / calls);
        });
    return rows.batch();
  }

  /** One normalised text. Its lock owns changes of its plans, which are read without. */
  static final class Plans {
    private final String text;
    private final List<Variant> variants = new CopyOnWriteArrayList<>();
    private final LongAdder calls = new LongAdder();
    private final LongAdder hits = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder rows = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    private Plans(String text) {
      this.text = text;
    }

    /** A plan that serves this statement on this catalog, or null. */
    @Nullable PlannedStatement find(
        NormalizedSql sql, long catalogVersion, TableSizes sizes, List<String> searchPath) {
      PlannedStatement found = peek(sql, catalogVersion, sizes, searchPath);
      if (found != null) {
        hits.increment();
      }
      return found;
    }

    /** As {@link #find}, but it is no hit. */
    @Nullable PlannedStatement peek(
        NormalizedSql sql, long catalogVersion, TableSizes sizes, List<String> searchPath) {
      for (Variant variant : variants) {
        if (variant.catalogVersion == catalogVersion
            && variant.searchPath.equals(searchPath)
            && variant.plan.serves(variant.planned, sql)) {
          if (!variant.plan.suits(sizes)) {
            remove(variant);
            return null;
          }
          return variant.plan;
        }
      }
      return null;
    }

    private synchronized void remove(Variant variant) {
      variants.remove(variant);
    }

    synchronized void add(
        NormalizedSql sql, long catalogVersion, List<String> searchPath, PlannedStatement plan) {
      variants.removeIf(variant -> variant.catalogVersion != catalogVersion);
      if (variants.size() >= VARIANTS_MAX) {
        variants.removeFirst();
      }
      variants.add(new Variant(catalogVersion, searchPath, sql, plan));
    }

    void executed(long elapsedNanos, long rowCount) {
      calls.increment();
      nanos.add(elapsedNanos);
      rows.add(rowCount);
    }

    void failed(long elapsedNanos) {
      executed(elapsedNanos, 0);
      errors.increment();
    }
  }

  private record Variant(
      long catalogVersion, List<String> searchPath, NormalizedSql planned, PlannedStatement plan) {}
}
