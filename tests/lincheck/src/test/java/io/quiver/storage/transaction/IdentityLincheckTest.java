package io.quiver.storage.transaction;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/** No value of an identity is given twice, whoever takes or gives one at the same time. */
class IdentityLincheckTest {
  /** An identity column's counter. */
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static final class Operations {
    private final LiveTable.Identity identity = new LiveTable.Identity(1);

    @Operation
    public long take() {
      return identity.take();
    }

    @Operation
    public void advance(int value) {
      identity.advance(value);
    }

    @Operation
    public long next() {
      return identity.next();
    }

    static long inTwoSteps(AtomicLong next, LongUnaryOperator step) {
      long value = next.get();
      next.set(step.applyAsLong(value));
      return value;
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread(), thread("next"), thread("take", "take"), thread("take", "advance 5"));
  }

  @Test
  void anIdentityGivesEachValueOnce() {
    interleavings(Operations.class).check();
  }

  @Test
  void takingInTwoStepsIsFoundOut() {
    PlantedBug bug = PlantedBug.instead("TwoSteps", "take", "getAndUpdate", "inTwoSteps");
    interleavings(bug.in(MethodHandles.lookup(), Operations.class, LiveTable.class))
        .checkFindsBug();
  }
}
