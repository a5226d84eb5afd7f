package io.quiver.vector.index.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidatePoolTest {
  private record Node(float distance, int number) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 8, 9, 16, 33, 100})
  void keepsTheNearestInOrderWhileSomeAreExpanded(int capacity) {
    CandidatePool pool = new CandidatePool();
    SplittableRandom random = new SplittableRandom(capacity);
    for (int round = 0; round < 20; round++) {
      pool.clear(capacity);
      List<Node> all = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        // Few distances, so that many are equal; some are negative.
        Node node = new Node(random.nextInt(9) - 4, i);
        all.add(node);
        pool.insert(node.distance(), node.number());
        if (random.nextInt(4) == 0) {
          int expanded = pool.expandNext();
          assertThat(expanded).isLessThan(i + 1);
        }
      }
      all.sort(
          Comparator.comparingDouble((Node node) -> node.distance())
              .thenComparingInt(node -> -node.number()));
      assertThat(pool.size()).isEqualTo(Math.min(capacity, 200));
      for (int i = 0; i < pool.size(); i++) {
        assertThat(pool.node(i)).isEqualTo(all.get(i).number());
        assertThat(pool.distance(i)).isEqualTo(all.get(i).distance());
      }
    }
  }

  @Test
  void expandsEachOnceAndNearestFirst() {
    CandidatePool pool = new CandidatePool();
    pool.clear(3);
    pool.insert(3, 30);
    pool.insert(1, 10);
    assertThat(pool.expandNext()).isEqualTo(10);
    pool.insert(2, Integer.MAX_VALUE);
    pool.insert(0.5f, 0);
    assertThat(pool.nextDistance()).isEqualTo(0.5f);
    assertThat(pool.expandNext()).isZero();
    assertThat(pool.expandNext()).isEqualTo(Integer.MAX_VALUE);
    assertThat(pool.expandNext()).isEqualTo(-1);
    assertThat(pool.nextDistance()).isEqualTo(Float.POSITIVE_INFINITY);
  }
}
