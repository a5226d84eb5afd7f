package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CodeDistancesTest {
  private static final int ROWS = 300;

  /** Rows of length 1, whose elements have the mean {@code shift / sqrt(dimension)}. */
  private static float[][] rows(int dimension, double shift) {
    SplittableRandom random = new SplittableRandom(dimension);
    float[][] rows = new float[ROWS][dimension];
    for (float[] row : rows) {
      double sum = 0;
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) (random.nextGaussian() + shift);
        sum += row[i] * row[i];
      }
      for (int i = 0; i < dimension; i++) {
        row[i] = (float) (row[i] / Math.sqrt(sum));
      }
    }
    return rows;
  }

  private static MemorySegment memory(float[] row) {
    return Arena.ofAuto().allocate(4L * row.length, 64).copyFrom(MemorySegment.ofArray(row));
  }

  private static double exact(Metric metric, float[] a, float[] b) {
    double squared = 0;
    double product = 0;
    for (int i = 0; i < a.length; i++) {
      squared += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      product += (double) a[i] * b[i];
    }
    return switch (metric) {
      case COSINE -> 1 - product;
      case NEGATIVE_INNER_PRODUCT -> -product;
      default -> squared;
    };
  }

  private static ScalarQuantizer.Points points(float[][] rows) {
    return (number, into, at) ->
        MemorySegment.copy(
            MemorySegment.ofArray(rows[number]), 0, into, at, 4L * rows[number].length);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, L2",
    "3, 0, L2",
    "63, 0, L2",
    "64, 1, L2",
    "100, 0, COSINE",
    "784, 0, COSINE",
    "64, 0, NEGATIVE_INNER_PRODUCT",
    "100, 4, NEGATIVE_INNER_PRODUCT",
    "129, -4, NEGATIVE_INNER_PRODUCT"
  })
  void scalarCodesGiveNearlyTheDistances(int dimension, double shift, Metric metric) {
    float[][] rows = rows(dimension, shift);
    ScalarQuantizer quantizer = ScalarQuantizer.train(ROWS, dimension, 1, points(rows));
    MemorySegment codes = Arena.ofAuto().allocate(ScalarCodeDistances.bytes(ROWS, dimension), 64);
    // What stands behind the last row must not matter.
    codes.fill((byte) 0x5A);
    for (int row = 0; row < ROWS; row++) {
      quantizer.encode(memory(rows[row]), 0, dimension, codes, (long) dimension * row);
    }
    PointDistances distances =
        new ScalarCodeDistances(quantizer, metric, Encoding.FLOAT32, dimension, codes);
    int[] numbers = {299, 0, 17, 5, 298};
    float[] out = new float[numbers.length + PointDistances.PADDING];
    for (int from : new int[] {0, 7, 299}) {
      for (boolean byRow : new boolean[] {false, true}) {
        if (byRow) {
          distances.fromRow(from);
        } else {
          distances.from(memory(rows[from]));
        }
        distances.to(numbers, numbers.length, out);
        for (int i = 0; i < numbers.length; i++) {
          assertThat((double) out[i])
              .isCloseTo(exact(metric, rows[from], rows[numbers[i]]), offset(0.03));
        }
      }
    }
  }

  @Test
  void aFewOutliersDoNotMakeTheScaleCoarse() {
    float[][] rows = rows(64, 0);
    rows[5][3] = 1e6f;
    ScalarQuantizer quantizer = ScalarQuantizer.train(ROWS, 64, 1, points(rows));
    assertThat(quantizer.step()).isLessThan(0.01f);
    assertThat(quantizer.code(1e6f)).isEqualTo(255);
    assertThat(quantizer.code(-1e6f)).isZero();
    assertThat(quantizer.code(Float.NEGATIVE_INFINITY)).isZero();
  }

  @Test
  void equalElementsHaveAScaleToo() {
    float[][] rows = new float[ROWS][4];
    ScalarQuantizer quantizer = ScalarQuantizer.train(ROWS, 4, 1, points(rows));
    assertThat(quantizer.code(0)).isZero();
    assertThatThrownBy(() -> new ScalarQuantizer(0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"L2", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void estimatesFromBitsHaveNoBiasAndTheExpectedSpread(Metric metric) {
    for (int dimension : new int[] {64, 100, 300, 784}) {
      float[][] rows = rows(dimension, 0.3);
      BitQuantizer quantizer = BitQuantizer.train(ROWS, dimension, metric, 1, points(rows));
      MemorySegment codes = Arena.ofAuto().allocate(quantizer.bytes(ROWS), 64);
      codes.fill((byte) 0x5A);
      MemorySegment rotated = Arena.ofAuto().allocate(4L * Rotation.codeBits(dimension), 64);
      int[] numbers = new int[ROWS];
      for (int row = 0; row < ROWS; row++) {
        quantizer.encode(memory(rows[row]), rotated, codes, (long) quantizer.rowBytes() * row);
        numbers[row] = row;
      }
      PointDistances distances = new BitCodeDistances(quantizer, Encoding.FLOAT32, codes);
      float[] out = new float[ROWS + PointDistances.PADDING];
      double bias = 0;
      double spread = 0;
      for (int from = 0; from < 20; from++) {
        distances.from(memory(rows[from]));
        distances.to(numbers, ROWS, out);
        for (int row = 20; row < ROWS; row++) {
          double error = out[row] - exact(metric, rows[from], rows[row]);
          bias += error / (20.0 * (ROWS - 20));
          spread += error * error / (20.0 * (ROWS - 20));
        }
      }
      // The product of two points of length 1 is off by about 0.75 / sqrt(dimension).
      double unit = (metric == Metric.L2 ? 2 : 1) / Math.sqrt(dimension);
      assertThat(Math.abs(bias)).isLessThan(0.1 * unit);
      assertThat(Math.sqrt(spread)).isLessThan(unit);
    }
  }
}
