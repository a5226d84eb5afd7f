package io.quiver.executor.operator;

import static io.quiver.executor.operator.Plans.bigint;
import static io.quiver.executor.operator.Plans.column;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.executor.plan.AggregateCall;
import io.quiver.executor.plan.JoinKey;
import io.quiver.executor.plan.JoinType;
import io.quiver.executor.plan.PlanNode;
import io.quiver.executor.plan.SortKey;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Budget, cancel and closing, for every operator that keeps rows. */
class ResourceTest {
  private static final Schema ROW = Plans.schema(SqlType.BIGINT, SqlType.vector(4));
  private static final TestTables TABLES = new TestTables();
  private static final TableId TABLE = TABLES.create(0, SqlType.BIGINT, SqlType.vector(4));

  static {
    for (long i = 0; i < 20_000; i++) {
      TABLES.insert(TABLE, List.of(i, new float[] {i, 1, 2, 3}));
    }
  }

  static List<String> names() {
    return List.copyOf(plans().keySet());
  }

  private static PlanNode plan(String name) {
    PlanNode plan = plans().get(name);
    if (plan == null) {
      throw new AssertionError("no plan " + name);
    }
    return plan;
  }

  private static Map<String, PlanNode> plans() {
    PlanNode scan = Plans.scan(TABLE, null, ROW, 0, 1);
    Map<String, PlanNode> plans = new TreeMap<>();
    List<SortKey> keys = List.of(new SortKey(0, true, false));
    plans.put("sort", new PlanNode.Sort(scan, keys));
    plans.put("topk", new PlanNode.TopK(scan, keys, null, bigint(15_000)));
    plans.put(
        "aggregate",
        new PlanNode.Aggregate(
            scan,
            List.of(0),
            List.of(
                new AggregateCall(
                    AggregateCall.Function.COUNT, List.of(1), true, -1, null, SqlType.BIGINT)),
            Plans.schema(SqlType.BIGINT, SqlType.BIGINT)));
    Schema both = Plans.schema(SqlType.BIGINT, ROW.type(1), SqlType.BIGINT, ROW.type(1));
    plans.put(
        "hash join",
        new PlanNode.HashJoin(scan, scan, JoinType.FULL, List.of(JoinKey.of(0, 0)), null, both));
    plans.put(
        "nested loop",
        new PlanNode.NestedLoopJoin(
            new PlanNode.Limit(scan, null, bigint(3)), scan, JoinType.FULL, null, both));
    plans.put("except", new PlanNode.SetDifference(scan, scan, false, true, ROW));
    plans.put(
        "vector search",
        new PlanNode.VectorSearch(
            TABLE,
            List.of(new ColumnId(0)),
            new ColumnId(1),
            Metric.L2,
            Plans.literal(new float[] {1, 2, 3, 4}, SqlType.vector(4)),
            null,
            null,
            bigint(15_000),
            Plans.schema(SqlType.BIGINT, SqlType.DOUBLE)));
    plans.put(
        "update",
        new PlanNode.Update(
            TABLE,
            new PlanNode.Project(
                scan,
                List.of(column(0, SqlType.BIGINT), column(0, SqlType.BIGINT)),
                Plans.schema(SqlType.BIGINT, SqlType.BIGINT)),
            null));
    return plans;
  }

  @ParameterizedTest
  @MethodSource("names")
  void aSmallBudgetEndsWith53200AndKeepsNothing(String name) {
    ExecutionContext context = Plans.context(TABLES, 150_000, () -> false);
    PlanNode plan = plan(name);
    assertThatThrownBy(() -> Plans.run(plan, context))
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("53200"));
    assertThat(context.memory().usedBytes()).isZero();
  }

  @ParameterizedTest
  @MethodSource("names")
  void aCancelIsSeenWheneverItComes(String name) {
    PlanNode plan = plan(name);
    for (int polls : new int[] {0, 1, 2, 5, 9}) {
      AtomicInteger left = new AtomicInteger(polls);
      ExecutionContext context = Plans.context(TABLES, 1L << 30, () -> left.getAndDecrement() <= 0);
      assertThatThrownBy(() -> Plans.run(plan, context))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("57014"));
      assertThat(context.memory().usedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void closingHalfwayAndTwiceGivesEverythingBack(String name) {
    PlanNode plan = plan(name);
    if (plan instanceof PlanNode.Update) {
      return;
    }
    ExecutionContext context = Plans.context(TABLES);
    Operator operator = OperatorBuilder.build(plan, context);
    assertThat(context.memory().usedBytes()).isZero();
    if (!name.equals("except")) {
      assertThat(operator.next()).isNotNull();
      assertThat(context.memory().usedBytes()).isPositive();
    }
    operator.close();
    operator.close();
    assertThat(context.memory().usedBytes()).isZero();
  }

  @Test
  void aProfileCountsWhatEachNodeGives() {
    PlanNode scan = Plans.scan(TABLE, null, ROW, 0, 1);
    PlanNode limit = new PlanNode.Limit(scan, null, bigint(3_000));
    OperatorProfile profile = new OperatorProfile();
    List<Long> sizes = new ArrayList<>();
    try (Operator operator = OperatorBuilder.build(limit, Plans.context(TABLES), profile)) {
      for (var batch = operator.next(); batch != null; batch = operator.next()) {
        sizes.add((long) batch.rowCount());
      }
    }
    assertThat(sizes).containsExactly(2_048L, 952L);
    assertThat(profile.statistics(limit))
        .satisfies(s -> assertThat(s.rows()).isEqualTo(3_000))
        .satisfies(s -> assertThat(s.batches()).isEqualTo(2));
    assertThat(profile.statistics(scan))
        .satisfies(s -> assertThat(s.rows()).isEqualTo(4_096))
        .satisfies(s -> assertThat(s.nanos()).isPositive());
    PlanNode stranger = new PlanNode.Limit(scan, null, bigint(3_000));
    assertThat(profile.statistics(stranger)).isNull();
  }
}
