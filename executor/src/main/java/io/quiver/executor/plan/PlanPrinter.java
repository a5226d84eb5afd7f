package io.quiver.executor.plan;

import io.quiver.executor.expression.Expression;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes a plan as EXPLAIN shows it: a line a node, inputs indented below. */
public final class PlanPrinter {
  private static final int KEYS_SHOWN = 5;

  private final Function<TableId, String> tableNames;
  private final Function<PlanNode, @Nullable NodeStatistics> statistics;
  private final List<String> lines = new ArrayList<>();

  private PlanPrinter(
      Function<TableId, String> tableNames,
      Function<PlanNode, @Nullable NodeStatistics> statistics) {
    this.tableNames = tableNames;
    this.statistics = statistics;
  }

  /** The plan, a line a node. */
  public static List<String> print(PlanNode plan, Function<TableId, String> tableNames) {
    return print(plan, tableNames, node -> null);
  }

  /**
   * The plan and what its nodes did.
   *
   * @param statistics of one execution, such as {@code OperatorProfile::statistics}
   */
  public static List<String> print(
      PlanNode plan,
      Function<TableId, String> tableNames,
      Function<PlanNode, @Nullable NodeStatistics> statistics) {
    PlanPrinter printer = new PlanPrinter(tableNames, statistics);
    printer.print(plan, 0);
    return List.copyOf(printer.lines);
  }

  private void print(PlanNode node, int depth) {
    String line = "  ".repeat(depth) + describe(node);
    NodeStatistics done = statistics.apply(node);
    if (done != null) {
      line +=
          String.format(
              Locale.ROOT,
              " (rows=%d batches=%d%s time=%.3f ms%s)",
              done.rows(),
              done.batches(),
              skipped(done.skipped()),
              done.nanos() / 1e6,
              done.note() == null ? "" : " " + done.note());
    }
    lines.add(line);
    for (PlanNode input : inputs(node)) {
      print(input, depth + 1);
    }
  }

  private static String skipped(@Nullable SkippedRows skipped) {
    return skipped == null
        ? ""
        : " segments=%d skipped=%d rows_skipped=%d"
            .formatted(skipped.segments(), skipped.segmentsSkipped(), skipped.rowsSkipped());
  }

  /** The nodes that a node reads from. */
  public static List<PlanNode> inputs(PlanNode node) {
    return switch (node) {
      case PlanNode.Values values -> List.of();
      case PlanNode.Scan scan -> List.of();
      case PlanNode.KeyLookup lookup -> List.of();
      case PlanNode.SystemScan scan -> List.of();
      case PlanNode.VectorSearch search ->
          search.members().stream().map(PlanNode.Membership::values).toList();
      case PlanNode.Filter filter -> List.of(filter.input());
      case PlanNode.Project project -> List.of(project.input());
      case PlanNode.Unnest unnest -> List.of(unnest.input());
      case PlanNode.Aggregate aggregate -> List.of(aggregate.input());
      case PlanNode.Window window -> List.of(window.input());
      case PlanNode.HashJoin join -> List.of(join.left(), join.right());
      case PlanNode.NestedLoopJoin join -> List.of(join.left(), join.right());
      case PlanNode.CorrelatedJoin join -> List.of(join.left(), join.right());
      case PlanNode.Sort sort -> List.of(sort.input());
      case PlanNode.TopK top -> List.of(top.input());
      case PlanNode.Limit limit -> List.of(limit.input());
      case PlanNode.UnionAll union -> union.inputs();
      case PlanNode.SetDifference set -> List.of(set.left(), set.right());
      case PlanNode.Insert insert -> List.of(insert.input());
      case PlanNode.Update update -> List.of(update.input());
      case PlanNode.Delete delete -> List.of(delete.input());
    };
  }

  private String describe(PlanNode node) {
    return switch (node) {
      case PlanNode.Values values ->
          "Values rows=" + values.rows().size() + " columns=" + list(names(values.schema()));
      case PlanNode.Scan scan ->
          "Scan table="
              + tableNames.apply(scan.table())
              + " columns="
              + list(names(scan.schema()))
              + condition("filter", scan.filter(), names(scan.schema()));
      case PlanNode.KeyLookup lookup -> keyLookup(lookup);
      case PlanNode.SystemScan scan ->
          "SystemScan table=" + scan.table().schemaName() + "." + scan.table().name();
      case PlanNode.VectorSearch search -> search(search);
      case PlanNode.Filter filter ->
          "Filter" + condition("condition", filter.predicate(), names(filter.schema()));
      case PlanNode.Project project -> project(project);
      case PlanNode.Unnest unnest ->
          "Unnest"
              + (unnest.outer() ? " type=LEFT" : "")
              + " array="
              + ExpressionText.of(unnest.array(), names(unnest.input().schema()))
              + " columns="
              + list(names(unnest.schema()));
      case PlanNode.Aggregate aggregate -> aggregate(aggregate);
      case PlanNode.Window window -> window(window);
      case PlanNode.HashJoin join -> hashJoin(join);
      case PlanNode.NestedLoopJoin join ->
          "NestedLoopJoin type="
              + join.type()
              + condition("condition", join.condition(), both(join.left(), join.right()));
      case PlanNode.CorrelatedJoin join -> correlatedJoin(join);
      case PlanNode.Sort sort -> "Sort keys=" + keys(sort.keys(), names(sort.schema()));
      case PlanNode.TopK top ->
          "TopK"
              + range(top.offset(), top.fetch())
              + " keys="
              + keys(top.keys(), names(top.schema()));
      case PlanNode.Limit limit -> "Limit" + range(limit.offset(), limit.fetch());
      case PlanNode.UnionAll union -> "UnionAll inputs=" + union.inputs().size();
      case PlanNode.SetDifference set ->
          (set.intersect() ? "Intersect" : "Except") + (set.all() ? " all" : "");
      case PlanNode.Insert insert ->
          "Insert table="
              + tableNames.apply(insert.table())
              + conflict(insert.conflict())
              + returning(insert.returning());
      case PlanNode.Update update ->
          "Update table=" + tableNames.apply(update.table()) + returning(update.returning());
      case PlanNode.Delete delete ->
          "Delete table=" + tableNames.apply(delete.table()) + returning(delete.returning());
    };
  }

  private String keyLookup(PlanNode.KeyLookup lookup) {
    List<String> keys = new ArrayList<>();
    for (List<Expression> key : lookup.keys()) {
      if (keys.size() == KEYS_SHOWN) {
        keys.add("... " + (lookup.keys().size() - KEYS_SHOWN) + " more");
        break;
      }
      List<String> parts = new ArrayList<>();
      key.forEach(part -> parts.add(ExpressionText.of(part, List.of())));
      keys.add("(" + String.join(", ", parts) + ")");
    }
    return "KeyLookup table="
        + tableNames.apply(lookup.table())
        + " keys="
        + list(keys)
        + " columns="
        + list(names(lookup.schema()))
        + condition("filter", lookup.filter(), names(lookup.schema()));
  }

  private static String conflict(PlanNode.@Nullable OnConflict conflict) {
    if (conflict == null) {
      return "";
    }
    return conflict.values() == null ? " on conflict=nothing" : " on conflict=update";
  }

  private static String returning(PlanNode.@Nullable Returning returning) {
    return returning == null ? "" : " returning=" + list(names(returning.schema()));
  }

  /** The name of a search's distance. */
  public static String metric(PlanNode.VectorSearch search) {
    return search.metric().name().toLowerCase(Locale.ROOT);
  }

  private static String said(IndexUse use) {
    return (use.recall() > 0 ? " recall=" + use.recall() : "")
        + (use.efSearch() > 0 ? " ef_search=" + use.efSearch() : "")
        + (use.probes() > 0 ? " probes=" + use.probes() : "");
  }

  private String search(PlanNode.VectorSearch search) {
    List<String> columns = names(search.schema());
    return "VectorTopK table="
        + tableNames.apply(search.table())
        + " metric="
        + metric(search)
        + said(search.use())
        + " k="
        + ExpressionText.of(search.fetch(), List.of())
        + (search.offset() == null
            ? ""
            : " offset=" + ExpressionText.of(search.offset(), List.of()))
        + " query="
        + ExpressionText.of(search.query(), List.of())
        + " columns="
        + list(columns)
        + condition("filter", search.filter(), columns)
        + among(search, columns);
  }

  /** What is looked up among the values of the inputs. */
  private static String among(PlanNode.VectorSearch search, List<String> columns) {
    List<String> operands =
        search.members().stream()
            .map(member -> ExpressionText.of(member.operand(), columns))
            .toList();
    return operands.isEmpty() ? "" : " among=" + list(operands);
  }

  private static String project(PlanNode.Project project) {
    List<String> input = names(project.input().schema());
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < project.expressions().size(); i++) {
      String text = ExpressionText.of(project.expressions().get(i), input);
      String name = names(project.schema()).get(i);
      texts.add(text.equals(name) ? text : text + " AS " + name);
    }
    return "Project columns=" + list(texts);
  }

  private static String aggregate(PlanNode.Aggregate aggregate) {
    List<String> input = names(aggregate.input().schema());
    List<String> keys = new ArrayList<>();
    for (int key : aggregate.keys()) {
      keys.add(input.get(key));
    }
    List<String> calls = new ArrayList<>();
    for (AggregateCall call : aggregate.calls()) {
      calls.add(call(call, input));
    }
    return "Aggregate keys=" + list(keys) + " calls=" + list(calls);
  }

  private static String call(AggregateCall call, List<String> input) {
    List<String> arguments = new ArrayList<>();
    for (int argument : call.arguments()) {
      arguments.add(input.get(argument));
    }
    String inside =
        call.function() == AggregateCall.Function.LITERAL
            ? ExpressionText.literal(call.literal())
            : arguments.isEmpty() ? "*" : String.join(", ", arguments);
    return call.function().name().toLowerCase(Locale.ROOT)
        + "("
        + (call.distinct() ? "DISTINCT " : "")
        + inside
        + ")"
        + (call.filterColumn() < 0 ? "" : " FILTER (WHERE " + input.get(call.filterColumn()) + ")");
  }

  private static String window(PlanNode.Window window) {
    List<String> input = names(window.input().schema());
    List<String> calls = new ArrayList<>();
    for (WindowCall call : window.calls()) {
      List<String> arguments = call.arguments().stream().map(input::get).toList();
      boolean star = call.function() == WindowCall.Function.COUNT && arguments.isEmpty();
      calls.add(
          call.function().name().toLowerCase(Locale.ROOT)
              + "("
              + (star ? "*" : String.join(", ", arguments))
              + ")");
    }
    return "Window partition="
        + list(window.partitionKeys().stream().map(input::get).toList())
        + " order="
        + keys(window.order(), input)
        + " frame="
        + (window.frame().rows() ? "rows " : "range ")
        + bound(window.frame().start())
        + " to "
        + bound(window.frame().end())
        + " calls="
        + list(calls);
  }

  private static String bound(WindowFrame.Bound bound) {
    String kind = bound.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return bound.offset() == null
        ? kind
        : ExpressionText.of(bound.offset(), List.of()) + " " + kind;
  }

  private static String hashJoin(PlanNode.HashJoin join) {
    List<String> left = names(join.left().schema());
    List<String> right = names(join.right().schema());
    List<String> keys = new ArrayList<>();
    for (JoinKey key : join.keys()) {
      String operator =
          switch (key.nulls()) {
            case NEVER -> " = ";
            case EQUAL -> " IS NOT DISTINCT FROM ";
            case UNKNOWN -> " IN ";
          };
      keys.add(left.get(key.left()) + operator + right.get(key.right()));
    }
    return "HashJoin type="
        + join.type()
        + " keys="
        + list(keys)
        + condition("residual", join.residual(), both(join.left(), join.right()));
  }

  private static String correlatedJoin(PlanNode.CorrelatedJoin join) {
    List<String> left = names(join.left().schema());
    List<String> outer = new ArrayList<>();
    for (int i = 0; i < join.columns().size(); i++) {
      outer.add("outer." + (join.depth() + i + 1) + " = " + left.get(join.columns().get(i)));
    }
    return "CorrelatedJoin type="
        + join.type()
        + " columns="
        + list(outer)
        + condition("condition", join.condition(), both(join.left(), join.right()));
  }

  private static String keys(List<SortKey> keys, List<String> columns) {
    List<String> texts = new ArrayList<>();
    for (SortKey key : keys) {
      texts.add(
          columns.get(key.column())
              + (key.descending() ? " DESC" : "")
              + (key.nullsFirst() ? " NULLS FIRST" : ""));
    }
    return list(texts);
  }

  private static String range(@Nullable Expression offset, @Nullable Expression fetch) {
    return (offset == null ? "" : " offset=" + ExpressionText.of(offset, List.of()))
        + (fetch == null ? "" : " fetch=" + ExpressionText.of(fetch, List.of()));
  }

  private static String condition(
      String label, @Nullable Expression expression, List<String> columns) {
    return expression == null
        ? ""
        : " " + label + "=(" + ExpressionText.of(expression, columns) + ")";
  }

  private static List<String> both(PlanNode left, PlanNode right) {
    List<String> names = new ArrayList<>(names(left.schema()));
    names.addAll(names(right.schema()));
    return names;
  }

  private static List<String> names(Schema schema) {
    List<String> names = new ArrayList<>(schema.size());
    for (Field field : schema.fields()) {
      // The row id's name begins with a sign that nobody can write, nor read.
      names.add(field.name().replace("\0", ""));
    }
    return names;
  }

  private static String list(List<String> items) {
    return "[" + String.join(", ", items) + "]";
  }
}
