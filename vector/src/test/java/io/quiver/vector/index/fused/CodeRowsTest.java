package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.quantize.BitCodeDistances;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.RabitqQuery;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodeRowsTest {
  private static final int ROWS = 333;

  @ParameterizedTest
  @CsvSource({"L2, 20", "L2, 128", "COSINE, 200", "NEGATIVE_INNER_PRODUCT, 784"})
  void bothFormsEstimateTheSame(Metric metric, int dimension) {
    FusedSample sample = FusedSample.of(metric, Encoding.FLOAT32, ROWS, dimension, 5);
    EuclideanRows space = EuclideanRows.of(sample.rows());
    Rotation rotation = Rotation.random(space.dimension(), 6);
    CodeRows rows = CodeRows.of(space, rotation, 7, () -> false);
    BitCodeDistances single = rows.single();
    RabitqQuery table = new RabitqQuery(rows.codes());
    int bits = rotation.codeBits();
    MemorySegment point = Arena.ofAuto().allocate(4L * space.dimension(), 64);
    MemorySegment residual = Arena.ofAuto().allocate(4L * space.dimension(), 64);
    MemorySegment rotated = Arena.ofAuto().allocate(4L * bits, 64);
    int[] numbers = new int[ROWS];
    Arrays.setAll(numbers, row -> row);
    for (int query = 0; query < sample.queryCount(); query++) {
      space.query(sample.query(query), point, 0);
      rotation.rotate(point, 0, rotated, 0);
      long at = AbsoluteMemory.start(rotated, 0, 4L * bits);
      float toCentre = FusedKernels.l2Squared(rotated, at, rows.centre(), rows.centreAt(), bits);
      table.set(rotated, at);
      rows.lessCentre(point, residual);
      single.from(residual);
      assertThat(single.base()).isCloseTo(toCentre, within(1e-4f * (1 + toCentre)));
      // Bounds, too, are the same: the odd queries have them.
      float raised = query % 2 * 0.7f * (float) Math.sqrt(toCentre);
      table.raise(raised);
      single.raise(raised);
      float[] estimates = new float[ROWS + 1];
      single.to(numbers, ROWS, estimates);
      double error = 0;
      double scale = 0;
      for (int row = 0; row < ROWS; row++) {
        if (row % Rabitq.SLOTS == 0) {
          rows.codes()
              .estimate(rows.blocks(), rows.block(row / Rabitq.SLOTS), table, Float.MAX_VALUE);
        }
        double expected = toCentre + table.estimate(row % Rabitq.SLOTS);
        error += Math.abs(estimates[row] - expected) / ROWS;
        scale += expected / ROWS;
      }
      // A query of four bits beside one of seven.
      assertThat(error).isLessThan(0.1 * scale);
    }
  }
}
