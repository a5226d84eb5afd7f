package io.quiver.storage.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Work at low priority behaves as work of the caller's own. */
class LowPriorityTest {
  private static final String NAME = "low-priority-test";

  @Test
  void givesWhatTheWorkGives() {
    assertThat(Scheduler.system().<Integer>callAtLowPriority(NAME, () -> 7)).isEqualTo(7);
  }

  @Test
  void throwsWhatTheWorkThrows() {
    RuntimeException thrown = new IllegalArgumentException("x");
    assertThatThrownBy(() ->
            Scheduler.system()
                .callAtLowPriority(
                    NAME,
                    () -> {
                      throw thrown;
                    }))
        .isSameAs(thrown);
  }

  @Test
  void anInterruptReachesTheWork() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    boolean[] seen = new boolean[2];
    Thread caller =
        Thread.ofPlatform()
            .start(() -> {
              seen[0] =
                  Scheduler.system()
                      .callAtLowPriority(
                          NAME,
                          () -> {
                            begun.countDown();
                            try {
                              new CountDownLatch(1).await();
                              return false;
                            } catch (InterruptedException e) {
                              return true;
                            }
                          });
              seen[1] = Thread.currentThread().isInterrupted();
            });
    begun.await();
    caller.interrupt();
    caller.join();
    assertThat(seen[0]).isTrue();
    // Where the caller does the work itself, the work has taken the interrupt.
    assertThat(seen[1]).isEqualTo(LowPriority.isAvailable());
  }
}
