package io.quiver.cli.ann;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastEffortTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 100, 999, 1000})
  void findsTheLeastThatReaches(int wanted) {
    LeastEffort least = new LeastEffort(effort -> effort / 1000.0, 1000);
    assertThat(least.reaching(wanted / 1000.0)).hasValue(wanted);
  }

  @Test
  void whatNoEffortReachesIsEmpty() {
    assertThat(new LeastEffort(effort -> 0.5, 3).reaching(0.9)).isEmpty();
    assertThat(new LeastEffort(effort -> 0.5, 5000).reaching(0.9)).isEmpty();
  }

  @Test
  void measuresEachEffortOnce() {
    List<Integer> asked = new ArrayList<>();
    LeastEffort least =
        new LeastEffort(
            effort -> {
              asked.add(effort);
              return effort / 1000.0;
            },
            1000);
    assertThat(least.reaching(0.2)).hasValue(200);
    assertThat(least.reaching(0.21)).hasValue(210);
    assertThat(asked).doesNotHaveDuplicates();
  }
}
