package io.quiver.executor.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlanPrinterTest {
  private static final Schema DOCS =
      Schema.of(
          new Field("id", SqlType.BIGINT, false),
          new Field("lang", SqlType.TEXT, true),
          new Field("distance", SqlType.DOUBLE, true));
  private static final Expression LANG = new Expression.InputColumn(1, SqlType.TEXT);
  private static final PlanNode SEARCH =
      new PlanNode.VectorSearch(
          new TableId(1),
          List.of(new ColumnId(0), new ColumnId(1)),
          new ColumnId(2),
          Metric.COSINE,
          new Expression.Parameter(0, SqlType.vector(4)),
          call(ScalarFunction.EQUAL, LANG, new Expression.Literal("it's", SqlType.TEXT)),
          null,
          new Expression.Parameter(1, SqlType.BIGINT),
          DOCS);

  private static Expression call(ScalarFunction function, Expression... arguments) {
    return new Expression.Call(function, List.of(arguments), SqlType.BOOLEAN);
  }

  @Test
  void aSearchNamesTableMetricAndFilter() {
    assertThat(PlanPrinter.print(SEARCH, table -> "docs"))
        .containsExactly(
            "VectorTopK table=docs metric=cosine k=?2 query=?1"
                + " columns=[id, lang, distance] filter=(lang = 'it''s')");
  }

  @Test
  void inputsAreIndentedBelowWithWhatTheyDid() {
    Expression in = new Expression.InSet(LANG, Set.of("de", "en"));
    PlanNode filter =
        new PlanNode.Filter(
            SEARCH,
            call(
                ScalarFunction.OR,
                call(ScalarFunction.NOT, in),
                call(ScalarFunction.IS_NULL, LANG)));
    PlanNode sort = new PlanNode.Sort(filter, List.of(new SortKey(2, true, false)));
    assertThat(
            PlanPrinter.print(
                sort,
                table -> "docs",
                node ->
                    node instanceof PlanNode.Filter
                        ? new NodeStatistics(7, 1, 1_500_000, null, null)
                        : null))
        .startsWith(
            "Sort keys=[distance DESC]",
            "  Filter condition=((NOT lang IN ('de', 'en')) OR (lang IS NULL))"
                + " (rows=7 batches=1 time=1.500 ms)",
            "    VectorTopK table=docs metric=cosine k=?2 query=?1"
                + " columns=[id, lang, distance] filter=(lang = 'it''s')");
  }
}
