package io.quiver.engine;

import io.quiver.executor.plan.PlanNode;
import io.quiver.planner.PlannedStatement;
import io.quiver.planner.Planner;
import io.quiver.planner.rule.TableSizes;
import io.quiver.sql.NormalizedSql;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.transaction.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From text to something that can run: a plan, out of the cache or made now, or a command. */
final class StatementResolver {
  private final Planner planner;
  private final PlanCache cache;

  StatementResolver(Planner planner, PlanCache cache) {
    this.planner = planner;
    this.cache = cache;
  }

  Resolved resolve(StatementText text, Snapshot snapshot, List<String> searchPath) {
    Catalog catalog = snapshot.catalog();
    TableSizes sizes = sizes(snapshot);
    String sql = text.sql();
    NormalizedSql normalized = text.normalized();
    PlanCache.Plans entry = cache.entry(normalized);
    PlannedStatement cached =
        entry == null ? null : entry.find(normalized, catalog.version(), sizes, searchPath);
    if (cached != null) {
      return planned(cached, normalized, entry);
    }
    Statement statement = SqlParser.parse(sql);
    PlannedStatement plan =
        switch (statement) {
          case Statement.Query query ->
              planner.plan(query, catalog, sizes, searchPath, sql, normalized);
          case Statement.Modify modify ->
              planner.plan(modify, catalog, sizes, searchPath, sql, normalized);
          default -> null;
        };
    if (plan == null) {
      return new Resolved.Command(statement);
    }
    if (entry != null && catalog.version() >= 0) {
      entry.add(normalized, catalog.version(), searchPath, plan);
    }
    return planned(plan, normalized, entry);
  }

  /** The plan that {@link #resolve} would find in the cache, or null; counts nothing. */
  Resolved.@Nullable Planned cached(
      StatementText text, Snapshot snapshot, List<String> searchPath) {
    long version = snapshot.catalog().version();
    PlanCache.Plans entry = cache.existing(text.normalized());
    PlannedStatement plan =
        entry == null ? null : entry.peek(text.normalized(), version, sizes(snapshot), searchPath);
    return plan == null ? null : planned(plan, text.normalized(), entry);
  }

  /** The plan of the statement inside EXPLAIN. */
  PlannedStatement explained(
      Statement.Explain explain, Catalog catalog, TableSizes sizes, List<String> searchPath) {
    return switch (explain.statement()) {
      case Statement.Query query -> planner.plan(query, catalog, sizes, searchPath);
      case Statement.Modify modify -> planner.plan(modify, catalog, sizes, searchPath);
      default -> throw new IllegalStateException("EXPLAIN of " + explain.statement());
    };
  }

  /** What a snapshot knows of the sizes of tables. */
  static TableSizes sizes(Snapshot snapshot) {
    return new SnapshotSizes(snapshot);
  }

  private static Resolved.Planned planned(
      PlannedStatement plan, NormalizedSql normalized, PlanCache.@Nullable Plans entry) {
    return new Resolved.Planned(plan, kind(plan.plan()), normalized, entry);
  }

  static StatementKind kind(PlanNode plan) {
    return switch (plan) {
      case PlanNode.Insert insert -> StatementKind.INSERT;
      case PlanNode.Update update -> StatementKind.UPDATE;
      case PlanNode.Delete delete -> StatementKind.DELETE;
      default -> StatementKind.QUERY;
    };
  }

  /** What a text turned out to be. */
  sealed interface Resolved {
    /**
     * A plan, and the text that it serves.
     *
     * @param entry where its cost is counted, or null
     */
    record Planned(
        PlannedStatement plan,
        StatementKind kind,
        NormalizedSql text,
        PlanCache.@Nullable Plans entry)
        implements Resolved {
      /** The values of the literals that the plan takes as parameters, behind those of the user. */
      List<Object> hoisted() {
        return plan.hoistedValues(text);
      }

      /** Whether it gives rows: a query does, and a change with RETURNING. */
      boolean hasRows() {
        return !kind.changesRows() || !plan.result().equals(PlanNode.ROW_COUNT);
      }
    }

    /** A statement that is not planned. */
    record Command(Statement statement) implements Resolved {}
  }
}
