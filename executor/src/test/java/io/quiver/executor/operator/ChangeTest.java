package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.bigint;
import static io.quiver.executor.operator.Plans.column;
import static io.quiver.executor.operator.Plans.schema;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.executor.plan.PlanNode;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ChangeTest {
  private static final Schema ROW = schema(SqlType.BIGINT, SqlType.TEXT);

  private final TestTables tables = new TestTables();
  private final TableId table = tables.create(1, SqlType.BIGINT, SqlType.TEXT);

  @Test
  void insertCountsUpWhereTheKeyIsNullAndGoesOnAfterAGivenOne() {
    PlanNode rows =
        Plans.values(
            ROW,
            List.of(
                Arrays.asList(null, "a"),
                Arrays.asList(5L, "b"),
                Arrays.asList(null, "c"),
                Arrays.asList(2L, "d"),
                Arrays.asList(null, "e")));
    assertThat(Plans.run(new PlanNode.Insert(table, rows, 0, null, null), tables))
        .containsExactly(List.of(5L));
    assertThat(tables.rows(table).stream().map(row -> row.subList(1, 3)))
        .containsExactly(
            List.of(1L, "a"),
            List.of(5L, "b"),
            List.of(6L, "c"),
            List.of(2L, "d"),
            List.of(7L, "e"));
  }

  @Test
  void insertFromTheSameTableEnds() {
    TableId heap = tables.create(0, SqlType.BIGINT);
    for (long i = 0; i < 5_000; i++) {
      tables.insert(heap, List.of(i));
    }
    PlanNode scan = Plans.scan(heap, null, schema(SqlType.BIGINT), 0);
    assertThat(Plans.run(new PlanNode.Insert(heap, scan, -1, null, null), tables))
        .containsExactly(List.of(5_000L));
    assertThat(tables.rows(heap)).hasSize(10_000);
  }

  @Test
  void updateMovesKeysOntoEachOther() {
    LongStream.range(0, 100).forEach(i -> tables.insert(table, List.of(i, "row " + i)));
    assertThat(Plans.run(plusOne(Plans.scan(table, null, ROW, 0, 1)), tables))
        .containsExactly(List.of(100L));
    assertThat(tables.rows(table).stream().map(row -> row.subList(1, 3)))
        .containsExactlyElementsOf(
            LongStream.range(0, 100).mapToObj(i -> List.<Object>of(i + 1, "row " + i)).toList());
  }

  @Test
  void updateTakesTheFirstOfSeveralNewValues() {
    LongStream.range(0, 3).forEach(i -> tables.insert(table, List.of(i, "old")));
    PlanNode changes =
        Plans.values(
            schema(SqlType.BIGINT, SqlType.BIGINT, SqlType.TEXT),
            List.of(List.of(1L, 10L, "new"), List.of(2L, 20L, "new"), List.of(1L, 30L, "late")));
    assertThat(Plans.run(new PlanNode.Update(table, changes, null), tables))
        .containsExactly(List.of(2L));
    assertThat(tables.rows(table).stream().map(row -> row.subList(1, 3)))
        .containsExactly(List.of(0L, "old"), List.of(10L, "new"), List.of(20L, "new"));
  }

  @Test
  void deleteCountsEachRowOnce() {
    LongStream.range(0, 4).forEach(i -> tables.insert(table, List.of(i, "x")));
    PlanNode rowIds =
        Plans.values(schema(SqlType.BIGINT), List.of(List.of(3L), List.of(0L), List.of(3L)));
    assertThat(Plans.run(new PlanNode.Delete(table, rowIds, null), tables))
        .containsExactly(List.of(2L));
    assertThat(tables.rows(table)).containsExactly(List.of(1L, 1L, "x"), List.of(2L, 2L, "x"));
  }

  @Test
  void changesOfNoRowsGiveZero() {
    PlanNode none = Plans.values(schema(SqlType.BIGINT), List.of());
    assertThat(Plans.run(new PlanNode.Delete(table, none, null), tables))
        .containsExactly(List.of(0L));
    PlanNode noRows = Plans.values(ROW, List.of());
    assertThat(Plans.run(new PlanNode.Insert(table, noRows, 0, null, null), tables))
        .containsExactly(List.of(0L));
  }

  private PlanNode plusOne(PlanNode.Scan scan) {
    PlanNode withRowId =
        new PlanNode.Scan(
            scan.table(),
            List.of(ColumnId.ROW_ID, new ColumnId(0), new ColumnId(1)),
            null,
            schema(SqlType.BIGINT, SqlType.BIGINT, SqlType.TEXT));
    Expression next =
        new Expression.Call(
            ScalarFunction.ADD, List.of(column(1, SqlType.BIGINT), bigint(1)), SqlType.BIGINT);
    return new PlanNode.Update(
        scan.table(),
        new PlanNode.Project(
            withRowId,
            List.of(column(0, SqlType.BIGINT), next, column(2, SqlType.TEXT)),
            withRowId.schema()),
        null);
  }
}
