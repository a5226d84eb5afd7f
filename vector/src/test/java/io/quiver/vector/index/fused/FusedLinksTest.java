package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rotation;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FusedLinksTest {
  private static final int DEGREE = FusedLayout.DEGREE;
  private static final int NODES = 300;

  @ParameterizedTest
  @CsvSource({"8, 1", "40, 2", "128, 3", "400, 4"})
  void oneMoreCandidateIsChosenAsAmongAll(int dimension, long seed) {
    FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, NODES, dimension, seed);
    EuclideanRows space = EuclideanRows.of(sample.rows());
    FusedLayout layout = new FusedLayout(dimension, Exact.FLOAT32);
    FusedGraph graph = FusedGraph.empty(layout, Rotation.random(dimension, seed), NODES);
    for (int node = 0; node < NODES; node++) {
      space.point(node, graph.blocks(), node * layout.stride());
    }
    FloatPoints points = FloatPoints.of(graph.blocks(), layout.stride(), layout.floats());
    FusedLinks links = new FusedLinks(graph, NativeMemory.allocate(4L * layout.codeBits() * NODES));
    links.deferBlocks();
    RobustPruning selection = new RobustPruning(points);
    long[] scratch = new long[DEGREE + 1];
    int full = 0;
    for (int other = 1; other < NODES; other++) {
      long[] all = Arrays.copyOf(keys(links), links.degree(0) + 1);
      long key = NodeKey.of(points.between(0, other), other);
      all[all.length - 1] = key;
      Arrays.sort(all);
      long[] expected = all;
      if (all.length > DEGREE) {
        full++;
        selection.select(all, all.length);
        expected =
            IntStream.range(0, selection.chosenCount()).mapToLong(selection::chosen).toArray();
      }
      links.connect(0, key, selection, scratch);
      assertThat(keys(links)).as("node %d", other).isEqualTo(expected);
    }
    assertThat(full).isPositive();
  }

  /** Node 0's, sorted. */
  private static long[] keys(FusedLinks links) {
    return IntStream.range(0, links.degree(0)).mapToLong(i -> links.key(0, i)).sorted().toArray();
  }
}
