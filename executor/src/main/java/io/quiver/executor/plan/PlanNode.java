package io.quiver.executor.plan;

import io.quiver.executor.expression.Expression;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relational operator and its inputs, ready to run. Expressions name their input's columns by
 * position; the planner has resolved every name and inserted every cast.
 */
public sealed interface PlanNode {
  /** The one-row result of a change: how many rows it made. */
  Schema ROW_COUNT = Schema.of(new Field("rows", SqlType.BIGINT, false));

  /** The rows that this node gives. */
  Schema schema();

  /** Rows of expressions without input columns. No column at all is allowed (SELECT 1). */
  record Values(List<List<Expression>> rows, Schema schema) implements PlanNode {
    public Values {
      rows = rows.stream().map(List::copyOf).toList();
    }
  }

  /**
   * The live rows of a table.
   *
   * @param columns what to read, in the order of {@code schema}; {@link ColumnId#ROW_ID} included
   * @param filter over {@code schema}; only rows for which it is true come out
   */
  record Scan(TableId table, List<ColumnId> columns, @Nullable Expression filter, Schema schema)
      implements PlanNode {
    public Scan {
      columns = List.copyOf(columns);
    }
  }

  /**
   * The live rows with some values of a unique key, each once, in the order of a scan.
   *
   * @param key the key's columns
   * @param keys each a row-independent value for every column of the key, of its type and in its
   *     order; a null finds nothing
   * @param filter what must also be true, over {@code schema}
   */
  record KeyLookup(
      TableId table,
      List<ColumnId> columns,
      List<ColumnId> key,
      List<List<Expression>> keys,
      @Nullable Expression filter,
      Schema schema)
      implements PlanNode {
    public KeyLookup {
      columns = List.copyOf(columns);
      key = List.copyOf(key);
      keys = keys.stream().map(List::copyOf).toList();
      if (keys.isEmpty() || keys.getFirst().isEmpty()) {
        throw new IllegalArgumentException("a lookup of no key");
      }
    }
  }

  /** The rows of a system table, such as information_schema.tables. */
  record SystemScan(SystemTable table) implements PlanNode {
    @Override
    public Schema schema() {
      return table.schema();
    }
  }

  /**
   * The {@code fetch} nearest rows after the {@code offset} nearest, by ascending distance. Ties go
   * by row id. Rows whose distance is null come last, and do come when too few others qualify.
   *
   * @param columns what to read; the filter names them by position
   * @param query row-independent, of the vector column's type; null gives every distance null
   * @param members what must also be true of a row; their values are computed before the search
   * @param offset row-independent BIGINT, or null for none
   * @param fetch row-independent BIGINT
   * @param schema {@code columns}, then the distance (DOUBLE, nullable)
   */
  record VectorSearch(
      TableId table,
      List<ColumnId> columns,
      ColumnId vectorColumn,
      Metric metric,
      Expression query,
      @Nullable Expression filter,
      List<Membership> members,
      @Nullable Expression offset,
      Expression fetch,
      Schema schema,
      IndexUse use)
      implements PlanNode {
    public VectorSearch {
      columns = List.copyOf(columns);
      members = List.copyOf(members);
    }

    /** By any index. */
    public VectorSearch(
        TableId table,
        List<ColumnId> columns,
        ColumnId vectorColumn,
        Metric metric,
        Expression query,
        @Nullable Expression filter,
        @Nullable Expression offset,
        Expression fetch,
        Schema schema) {
      this(
          table,
          columns,
          vectorColumn,
          metric,
          query,
          filter,
          List.of(),
          offset,
          fetch,
          schema,
          IndexUse.ANY);
    }

    /** The same with another filter. */
    public VectorSearch withFilter(@Nullable Expression other) {
      return with(other, members, use);
    }

    /** The same among rows with some values. */
    public VectorSearch withMembers(List<Membership> others) {
      return with(filter, others, use);
    }

    /** The same, which uses indexes otherwise. */
    public VectorSearch withUse(IndexUse other) {
      return with(filter, members, other);
    }

    private VectorSearch with(
        @Nullable Expression newFilter, List<Membership> newMembers, IndexUse newUse) {
      return new VectorSearch(
          table,
          columns,
          vectorColumn,
          metric,
          query,
          newFilter,
          newMembers,
          offset,
          fetch,
          schema,
          newUse);
    }
  }

  /**
   * A row's value is one that other rows give. Nulls are equal to none.
   *
   * @param operand over the row
   * @param values of one column, of the operand's type, the same for all rows
   */
  record Membership(Expression operand, PlanNode values) {
    public Membership {
      if (values.schema().size() != 1) {
        throw new IllegalArgumentException("membership in " + values.schema());
      }
    }
  }

  /** The rows for which the predicate is true. */
  record Filter(PlanNode input, Expression predicate) implements PlanNode {
    @Override
    public Schema schema() {
      return input.schema();
    }
  }

  /** One expression a column. */
  record Project(PlanNode input, List<Expression> expressions, Schema schema) implements PlanNode {
    public Project {
      expressions = List.copyOf(expressions);
    }
  }

  /**
   * A row for each element of an array of the input's rows.
   *
   * @param array over the input; a null one has no elements
   * @param outer whether a row without elements comes once, with nulls in their place
   * @param schema the input's columns, the element, and, where wanted, its position from 1 (BIGINT)
   */
  record Unnest(PlanNode input, Expression array, boolean outer, Schema schema)
      implements PlanNode {
    public Unnest {
      int added = schema.size() - input.schema().size();
      if (!(array.type() instanceof SqlType.Array) || added < 1 || added > 2) {
        throw new IllegalArgumentException("unnest of " + array.type() + " to " + schema);
      }
    }

    /** Whether the last column is the element's position. */
    public boolean withOrdinality() {
      return schema.size() - input.schema().size() == 2;
    }
  }

  /**
   * Groups by key columns; without keys, one row even from no input.
   *
   * @param keys positions in the input; nulls form a group
   * @param schema the keys, then one column a call
   */
  record Aggregate(PlanNode input, List<Integer> keys, List<AggregateCall> calls, Schema schema)
      implements PlanNode {
    public Aggregate {
      keys = List.copyOf(keys);
      calls = List.copyOf(calls);
    }
  }

  /**
   * Functions over the rows around each row.
   *
   * @param partitionKeys positions in the input; nulls are equal
   * @param order of the rows of a partition
   * @param schema the input's columns, then one column a call; rows come in any order
   */
  record Window(
      PlanNode input,
      List<Integer> partitionKeys,
      List<SortKey> order,
      WindowFrame frame,
      List<WindowCall> calls,
      Schema schema)
      implements PlanNode {
    public Window {
      partitionKeys = List.copyOf(partitionKeys);
      order = List.copyOf(order);
      calls = List.copyOf(calls);
    }
  }

  /**
   * Joins on equal keys. The right side is kept in memory.
   *
   * @param residual what must also be true of a pair, over left then right columns
   * @param schema left then right columns; for SEMI and ANTI the left ones, for MARK these and the
   *     mark
   */
  record HashJoin(
      PlanNode left,
      PlanNode right,
      JoinType type,
      List<JoinKey> keys,
      @Nullable Expression residual,
      Schema schema)
      implements PlanNode {
    public HashJoin {
      keys = List.copyOf(keys);
      if (type != JoinType.MARK
          && type != JoinType.ANTI
          && keys.stream().anyMatch(key -> key.nulls() == JoinKey.Nulls.UNKNOWN)) {
        throw new IllegalArgumentException("a " + type + " join with unknown matches");
      }
    }
  }

  /**
   * Joins on any condition, over left then right columns; null joins every pair.
   *
   * @param schema as of {@link HashJoin}
   */
  record NestedLoopJoin(
      PlanNode left, PlanNode right, JoinType type, @Nullable Expression condition, Schema schema)
      implements PlanNode {}

  /**
   * Runs the right side anew for each left row, or once for those that are alike in what it reads
   * of them. There it finds {@code columns.get(i)} of the left row as {@link
   * Expression.OuterColumn} number {@code depth + i}.
   *
   * @param type INNER, LEFT, SEMI, ANTI or MARK
   * @param depth how many outer columns the nodes around this one give already
   * @param condition as of {@link NestedLoopJoin}
   * @param schema as of {@link HashJoin}
   */
  record CorrelatedJoin(
      PlanNode left,
      PlanNode right,
      JoinType type,
      int depth,
      List<Integer> columns,
      @Nullable Expression condition,
      Schema schema)
      implements PlanNode {
    public CorrelatedJoin {
      columns = List.copyOf(columns);
      if (type == JoinType.RIGHT || type == JoinType.FULL) {
        throw new IllegalArgumentException("a correlated " + type + " join");
      }
    }
  }

  /** All rows in order; equal ones keep the order of the input. */
  record Sort(PlanNode input, List<SortKey> keys) implements PlanNode {
    public Sort {
      keys = List.copyOf(keys);
    }

    @Override
    public Schema schema() {
      return input.schema();
    }
  }

  /**
   * The first rows of {@link Sort}, without sorting all of them.
   *
   * @param keys at least one
   */
  record TopK(PlanNode input, List<SortKey> keys, @Nullable Expression offset, Expression fetch)
      implements PlanNode {
    public TopK {
      keys = List.copyOf(keys);
    }

    @Override
    public Schema schema() {
      return input.schema();
    }
  }

  /**
   * Some of the rows, in the order of the input. Offset and fetch are row-independent BIGINTs; null
   * at run time means none and all.
   */
  record Limit(PlanNode input, @Nullable Expression offset, @Nullable Expression fetch)
      implements PlanNode {
    @Override
    public Schema schema() {
      return input.schema();
    }
  }

  /** All rows of all inputs, one after the other. Duplicates stay. */
  record UnionAll(List<PlanNode> inputs, Schema schema) implements PlanNode {
    public UnionAll {
      inputs = List.copyOf(inputs);
    }
  }

  /** INTERSECT or EXCEPT, with duplicates removed unless {@code all}. */
  record SetDifference(PlanNode left, PlanNode right, boolean intersect, boolean all, Schema schema)
      implements PlanNode {}

  /**
   * The rows that a change gives in the place of their number.
   *
   * @param expressions over a changed row: all columns of its table, as they are now, or as they
   *     were where it is deleted
   */
  record Returning(List<Expression> expressions, Schema schema) {
    public Returning {
      expressions = List.copyOf(expressions);
    }

    private static Schema schema(@Nullable Returning returning) {
      return returning == null ? ROW_COUNT : returning.schema();
    }
  }

  /**
   * What becomes of a row whose key is taken. Expressions are over the row that is there and then
   * the one that was to be added, all columns of each.
   *
   * @param key the columns of the unique key that may be taken; null for any
   * @param values the row in the place of the one that is there; null leaves that one alone
   * @param where for which rows; null for all
   */
  record OnConflict(
      @Nullable List<ColumnId> key, @Nullable List<Expression> values, @Nullable Expression where) {
    public OnConflict {
      key = key == null ? null : List.copyOf(key);
      values = values == null ? null : List.copyOf(values);
    }
  }

  /**
   * Adds rows.
   *
   * @param input every column of the table, in its order and of its types
   * @param identityColumn the position whose nulls the table counts up, or -1
   * @param conflict null where a taken key is an error
   */
  record Insert(
      TableId table,
      PlanNode input,
      int identityColumn,
      @Nullable OnConflict conflict,
      @Nullable Returning returning)
      implements PlanNode {
    @Override
    public Schema schema() {
      return Returning.schema(returning);
    }
  }

  /**
   * Replaces rows.
   *
   * @param input the row id, then every column of the table with its new value
   */
  record Update(TableId table, PlanNode input, @Nullable Returning returning) implements PlanNode {
    @Override
    public Schema schema() {
      return Returning.schema(returning);
    }
  }

  /**
   * Removes rows.
   *
   * @param input the row id, then every column of the table where rows are returned
   */
  record Delete(TableId table, PlanNode input, @Nullable Returning returning) implements PlanNode {
    @Override
    public Schema schema() {
      return Returning.schema(returning);
    }
  }
}
