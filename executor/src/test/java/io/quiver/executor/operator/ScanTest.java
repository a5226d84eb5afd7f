package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.bigint;
import static io.quiver.executor.operator.Plans.call;
import static io.quiver.executor.operator.Plans.column;
import static io.quiver.executor.operator.Plans.literal;
import static io.quiver.executor.operator.Plans.schema;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScanTest {
  private static final SqlType[] TYPES = {SqlType.INTEGER, SqlType.TEXT, SqlType.vector(3)};
  private static final Schema SCHEMA = schema(SqlType.TEXT, SqlType.INTEGER);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void scanGivesLiveRowsThatPassTheFilter(long seed) {
    Random random = new Random(seed);
    TestTables tables = new TestTables();
    TableId table = tables.create(0, TYPES);
    for (int segment = 0; segment < 3; segment++) {
      int count = random.nextInt(6_000);
      for (List<@Nullable Object> row : Plans.randomRows(random, count, 20, TYPES)) {
        tables.insert(table, row);
      }
      tables.newSegment(table);
    }
    if (seed % 2 == 0) {
      tables.delete(table, random.longs(9_000, 0, 18_000).toArray());
    }
    int least = random.nextInt(20);
    Expression filter =
        call(ScalarFunction.GREATER, column(1, SqlType.INTEGER), literal(least, SqlType.INTEGER));

    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (List<@Nullable Object> row : tables.rows(table)) {
      if (row.get(1) instanceof Integer value && value > least) {
        expected.add(Arrays.asList(row.get(2), value));
      }
    }
    assertThat(Plans.run(Plans.scan(table, filter, SCHEMA, 1, 0), tables))
        .as("seed %d", seed)
        .isEqualTo(expected);
  }

  @Test
  void scanSharesTheBuffersOfASegmentWhoseRowsAllLive() {
    TestTables tables = new TestTables();
    TableId table = tables.create(0, SqlType.BIGINT);
    for (long i = 0; i < 5_000; i++) {
      tables.insert(table, List.of(i));
    }
    ExecutionContext context = Plans.context(tables);
    PlanNode scan = Plans.scan(table, null, schema(SqlType.BIGINT), 0);
    long start =
        context
            .snapshot()
            .table(table)
            .segments()
            .getFirst()
            .column(new ColumnId(0))
            .data()
            .address();
    try (Operator operator = OperatorBuilder.build(scan, context)) {
      for (int from = 0; from < 5_000; from += Batch.ROWS) {
        Batch batch = Plans.next(operator);
        assertThat(batch.column(0).data().address()).isEqualTo(start + 8L * from);
      }
      assertThat(operator.next()).isNull();
    }
  }

  @Test
  void filterNeverSeesADeletedRow() {
    TestTables tables = new TestTables();
    TableId table = tables.create(0, SqlType.BIGINT);
    for (long i = 0; i < 10; i++) {
      tables.insert(table, List.of(i));
    }
    Schema schema = schema(SqlType.BIGINT);
    Expression quotient =
        new Expression.Call(
            ScalarFunction.DIVIDE, List.of(bigint(9), column(0, SqlType.BIGINT)), SqlType.BIGINT);
    PlanNode scan = Plans.scan(table, call(ScalarFunction.GREATER, quotient, bigint(2)), schema, 0);
    assertThatThrownBy(() -> Plans.run(scan, tables))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("22012"));
    tables.delete(table, new long[] {0});
    assertThat(Plans.run(scan, tables)).containsExactly(List.of(1L), List.of(2L), List.of(3L));
  }

  @Test
  void rowIdsCanBeScanned() {
    TestTables tables = new TestTables();
    TableId table = tables.create(0, SqlType.TEXT);
    tables.insert(table, List.of("a"));
    tables.insert(table, List.of("b"));
    tables.delete(table, new long[] {0});
    PlanNode scan =
        new PlanNode.Scan(table, List.of(ColumnId.ROW_ID), null, schema(SqlType.BIGINT));
    assertThat(Plans.run(scan, tables)).containsExactly(List.of(1L));
  }
}
