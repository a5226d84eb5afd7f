package io.quiver.executor.operator;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.FilterPredicates;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.index.RowBitmap;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks scalar indexes which rows of a segment may pass a filter. Whether an index is used is
 * decided for each segment, when the values in the filter are known: an index tells how many rows
 * match before it tells which.
 *
 * <p>Owned by the operator's thread.
 */
final class IndexLookup {
  /** Where more than one of so many rows match, looking at all of them costs less. */
  private static final int ROWS_PER_MATCH_MIN = 16;

  /** Another index is asked, too, when it finds at most so many times as many rows. */
  private static final int WORTH_COMBINING = 4;

  private final ExecutionContext context;
  private final List<IndexDefinition> indexes;
  private final Condition condition;

  private final TreeSet<String> used = new TreeSet<>();
  private int segments;
  private int served;
  private int unselective;
  private long matches;

  private IndexLookup(
      ExecutionContext context, List<IndexDefinition> indexes, Condition condition) {
    this.context = context;
    this.indexes = indexes;
    this.condition = condition;
  }

  /** What must be true of a row. */
  private sealed interface Condition {
    /** What is demanded of columns, as indexes can tell: each alone. */
    record Demands(ColumnPredicates columns) implements Condition {}

    /** All of some. */
    record All(List<Condition> parts) implements Condition {}

    /** One of some. */
    record Any(List<Condition> parts) implements Condition {}
  }

  /**
   * What indexes say of a condition.
   *
   * @param bitmaps whether collecting the rows costs little, however many there are
   */
  private record Answer(ScalarIndex.Matches matches, boolean bitmaps, List<String> names) {}

  /**
   * The lookup for a filter, or null where no index can serve it.
   *
   * @param columns those that the filter's input columns are
   */
  static @Nullable IndexLookup of(
      TableId table,
      List<ColumnId> columns,
      @Nullable Expression filter,
      ExecutionContext context) {
    if (filter == null || context.snapshot().catalog().indexes().isEmpty()) {
      return null;
    }
    List<IndexDefinition> indexes =
        context.snapshot().catalog().indexesOf(table).stream()
            .filter(IndexDefinition::isBuilt)
            .toList();
    if (indexes.isEmpty()) {
      return null;
    }
    Condition condition = condition(filter, columns, context);
    return servable(condition, indexes) ? new IndexLookup(context, indexes, condition) : null;
  }

  private static Condition condition(
      Expression filter, List<ColumnId> columns, ExecutionContext context) {
    List<Condition> parts = new ArrayList<>();
    parts.add(new Condition.Demands(FilterPredicates.of(filter, columns, context.evaluation())));
    for (Expression conjunct : parts(ScalarFunction.AND, filter)) {
      List<Expression> alternatives = parts(ScalarFunction.OR, conjunct);
      if (alternatives.size() > 1) {
        parts.add(
            new Condition.Any(
                alternatives.stream().map(each -> condition(each, columns, context)).toList()));
      }
    }
    return parts.size() == 1 ? parts.getFirst() : new Condition.All(parts);
  }

  private static List<Expression> parts(ScalarFunction function, Expression expression) {
    if (expression instanceof Expression.Call call && call.function() == function) {
      return call.arguments().stream().flatMap(e -> parts(function, e).stream()).toList();
    }
    return List.of(expression);
  }

  private static boolean servable(Condition condition, List<IndexDefinition> indexes) {
    return switch (condition) {
      case Condition.Demands(ColumnPredicates columns) ->
          columns.isNever() || indexes.stream().anyMatch(index -> serves(index, columns));
      case Condition.All(List<Condition> parts) ->
          parts.stream().anyMatch(part -> servable(part, indexes));
      case Condition.Any(List<Condition> parts) ->
          parts.stream().allMatch(part -> servable(part, indexes));
    };
  }

  /** Whether something is demanded of the first column of an index's key. */
  private static boolean serves(IndexDefinition index, ColumnPredicates columns) {
    return columns.of(index.keys().getFirst().column()) != null;
  }

  /** The indexes that may serve a filter whose values are not known yet. */
  static List<IndexDefinition> mayServe(
      @Nullable Expression filter, List<ColumnId> columns, List<IndexDefinition> indexes) {
    if (filter == null || indexes.isEmpty()) {
      return List.of();
    }
    Set<ColumnId> first =
        indexes.stream()
            .filter(IndexDefinition::isBuilt)
            .map(index -> index.keys().getFirst().column())
            .collect(Collectors.toSet());
    Set<ColumnId> told = told(filter, columns, first);
    return indexes.stream()
        .filter(index -> index.isBuilt() && told.contains(index.keys().getFirst().column()))
        .toList();
  }

  /**
   * The columns, of some, of whose values something may be demanded, if of any in each alternative.
   */
  private static Set<ColumnId> told(
      Expression filter, List<ColumnId> columns, Set<ColumnId> wanted) {
    return switch (filter) {
      case Expression.InputColumn input -> {
        ColumnId column = columns.get(input.index());
        yield wanted.contains(column) ? Set.of(column) : Set.of();
      }
      case Expression.Cast cast -> told(cast.operand(), columns, wanted);
      case Expression.InSet set -> told(set.operand(), columns, wanted);
      case Expression.Call call -> {
        List<Set<ColumnId>> parts =
            call.arguments().stream().map(part -> told(part, columns, wanted)).toList();
        boolean serves =
            switch (call.function()) {
              case OR -> parts.stream().noneMatch(Set::isEmpty);
              case AND, NOT, EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> true;
              case IS_NULL, IS_NOT_NULL, IS_NOT_DISTINCT_FROM, ANY_EQUAL -> true;
              case STARTS_WITH, LIKE -> true;
              default -> false;
            };
        yield serves ? parts.stream().flatMap(Set::stream).collect(Collectors.toSet()) : Set.of();
      }
      default -> Set.of();
    };
  }

  /** The rows of a segment that may pass the filter, or null where all are to be looked at. */
  @Nullable RowBitmap rows(SegmentView segment) {
    segments++;
    if (segment.rowCount() <= Batch.ROWS) {
      return null;
    }
    Answer answer = ask(condition, segment);
    if (answer == null) {
      return null;
    }
    long most = segment.rowCount() / ROWS_PER_MATCH_MIN;
    RowBitmap rows = null;
    if (answer.matches().count() <= most || answer.bitmaps()) {
      rows = answer.matches().rows();
    }
    if (rows == null || rows.count() > most) {
      unselective++;
      return null;
    }
    used.addAll(answer.names());
    served++;
    matches += rows.count();
    return rows;
  }

  private @Nullable Answer ask(Condition asked, SegmentView segment) {
    return switch (asked) {
      case Condition.Demands(ColumnPredicates columns) ->
          columns.isNever() ? NOTHING : all(ask(columns, segment));
      case Condition.All(List<Condition> parts) -> {
        List<Answer> answers = new ArrayList<>();
        for (Condition part : parts) {
          Answer answer = ask(part, segment);
          if (answer != null) {
            answers.add(answer);
          }
        }
        yield all(answers);
      }
      case Condition.Any(List<Condition> parts) -> {
        List<Answer> answers = new ArrayList<>();
        for (Condition part : parts) {
          Answer answer = ask(part, segment);
          if (answer == null) {
            yield null;
          }
          answers.add(answer);
        }
        yield any(answers);
      }
    };
  }

  private List<Answer> ask(ColumnPredicates demands, SegmentView segment) {
    List<Answer> answers = new ArrayList<>();
    for (IndexDefinition index : indexes) {
      if (!serves(index, demands)) {
        continue;
      }
      ScalarIndex found = context.snapshot().index(index, segment);
      if (found == null) {
        continue;
      }
      List<Column> columns = new ArrayList<>();
      List<ColumnPredicate> conditions = new ArrayList<>();
      for (IndexDefinition.Key key : index.keys()) {
        ColumnPredicate demand = demands.of(key.column());
        if (demand == null) {
          break;
        }
        columns.add(segment.column(key.column()));
        conditions.add(demand);
      }
      answers.add(
          new Answer(
              found.find(columns, conditions),
              found.kind() == ScalarIndex.Kind.BITMAP,
              List.of(index.name())));
    }
    return answers;
  }

  /** Of rows that all answers have. */
  private static @Nullable Answer all(List<Answer> answers) {
    if (answers.size() < 2) {
      return answers.isEmpty() ? null : answers.getFirst();
    }
    List<Answer> fewestFirst =
        answers.stream().sorted(Comparator.comparingLong(a -> a.matches().count())).toList();
    long fewest = fewestFirst.getFirst().matches().count();
    List<Answer> asked =
        fewestFirst.stream()
            .filter(a -> a.bitmaps() || a.matches().count() <= WORTH_COMBINING * fewest)
            .toList();
    return new Answer(
        new Intersection(asked), asked.stream().allMatch(Answer::bitmaps), names(asked));
  }

  /** Of rows that some answer has. */
  private static Answer any(List<Answer> answers) {
    return new Answer(
        new Union(answers), answers.stream().allMatch(Answer::bitmaps), names(answers));
  }

  private static List<String> names(List<Answer> answers) {
    return answers.stream().flatMap(answer -> answer.names().stream()).distinct().toList();
  }

  private static final Answer NOTHING = new Answer(new Union(List.of()), true, List.of());

  private record Intersection(List<Answer> answers) implements ScalarIndex.Matches {
    @Override
    public long count() {
      return answers.stream().mapToLong(a -> a.matches().count()).min().orElse(0);
    }

    @Override
    public RowBitmap rows() {
      RowBitmap rows = answers.getFirst().matches().rows();
      for (Answer answer : answers.subList(1, answers.size())) {
        rows = rows.and(answer.matches().rows());
      }
      return rows;
    }
  }

  private record Union(List<Answer> answers) implements ScalarIndex.Matches {
    @Override
    public long count() {
      return answers.stream().mapToLong(a -> a.matches().count()).sum();
    }

    @Override
    public RowBitmap rows() {
      RowBitmap rows = RowBitmap.EMPTY;
      for (Answer answer : answers) {
        rows = rows.or(answer.matches().rows());
      }
      return rows;
    }
  }

  /** Adds what another has counted. */
  void add(IndexLookup other) {
    used.addAll(other.used);
    segments += other.segments;
    served += other.served;
    unselective += other.unselective;
    matches += other.matches;
  }

  /** What came of it, as EXPLAIN ANALYZE shows it. */
  String note() {
    StringBuilder note = new StringBuilder();
    if (served > 0) {
      note.append("index=").append(String.join("+", used)).append(" matches=").append(matches);
      note.append(" segments=").append(served).append('/').append(segments);
    } else {
      note.append("index=none");
    }
    if (unselective > 0) {
      note.append(" too many matches=").append(unselective);
    }
    int absent = segments - served - unselective;
    if (absent > 0) {
      note.append(" small or not indexed=").append(absent);
    }
    return note.toString();
  }
}
