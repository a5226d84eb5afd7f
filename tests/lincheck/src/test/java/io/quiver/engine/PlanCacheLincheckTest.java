package io.quiver.engine;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.executor.plan.PlanNode;
import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import io.quiver.planner.PlannedStatement;
import io.quiver.sql.NormalizedSql;
import io.quiver.types.Schema;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** Plans of one text, of which sessions add and look for some at once. */
class PlanCacheLincheckTest {
  /** As many plans as are kept, all of the first catalog. */
  @Param(name = "catalog", gen = IntGen.class, conf = "1:2")
  public static final class Operations {
    private static final int VARIANTS_MAX = 16;
    private static final NormalizedSql SQL = new NormalizedSql("SELECT 1", List.of(), 0);

    private final PlanCache.Plans plans;

    public Operations() {
      PlanCache.Plans entry = new PlanCache().entry(SQL);
      if (entry == null) {
        throw new AssertionError("no entry");
      }
      plans = entry;
      for (int i = 0; i < VARIANTS_MAX; i++) {
        add(1);
      }
    }

    @Operation
    public void add(int catalog) {
      Schema empty = new Schema(List.of());
      plans.add(
          SQL,
          catalog,
          List.of(),
          new PlannedStatement(
              new PlanNode.Values(List.of(), empty),
              empty,
              List.of(),
              List.of(),
              List.of(),
              Map.of()));
    }

    @Operation
    public boolean has(int catalog) {
      return plans.peek(SQL, catalog, table -> 0, List.of()) != null;
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread(), thread("has 1", "has 2"), thread("add 1"), thread("add 2"));
  }

  @Test
  void aPlanThatIsAddedIsFound() {
    interleavings(Operations.class).check();
  }

  @Test
  void addingWithoutTheLockIsFoundOut() {
    PlantedBug bug = PlantedBug.unsynchronized("Unlocked", "add");
    interleavings(bug.in(MethodHandles.lookup(), Operations.class, PlanCache.class))
        .checkFindsBug();
  }
}
