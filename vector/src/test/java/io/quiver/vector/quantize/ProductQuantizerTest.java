package io.quiver.vector.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProductQuantizerTest {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static float[][] vectors(int count, int dimension) {
    SplittableRandom random = new SplittableRandom(dimension);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int d = 0; d < dimension; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  @ParameterizedTest
  @CsvSource({"64, 32", "64, 21", "128, 128", "192, 7", "64, 1"})
  void lookedUpProductsAreThoseWithTheCodewords(int dimension, int parts) {
    float[][] sample = vectors(300, dimension);
    ProductQuantizer quantizer = ProductQuantizer.train(sample, dimension, parts, 3);
    Rabitq codes = ProductTables.codes(parts);
    MemorySegment block = NativeMemory.allocate(codes.blockBytes());
    long at = AbsoluteMemory.start(block, 0, codes.blockBytes());
    double[][] words = new double[Rabitq.SLOTS][dimension];
    for (int slot = 0; slot < Rabitq.SLOTS; slot++) {
      for (int part = 0; part < parts; part++) {
        int word = quantizer.code(sample[slot], part);
        ProductTables.setCode(block, 0, slot, part, word);
        for (int d = quantizer.from(part); d < quantizer.from(part + 1); d++) {
          words[slot][d] = quantizer.element(d, word);
        }
      }
      codes.setFactors(block, at, slot, slot, 2);
      for (int part = 0; part < parts; part++) {
        assertThat(ProductTables.code(block, 0, slot, part))
            .isEqualTo(quantizer.code(sample[slot], part));
      }
    }
    MemorySegment query = NativeMemory.allocate(4L * dimension);
    double size = 0;
    for (int d = 0; d < dimension; d++) {
      query.set(FLOAT, 4L * d, sample[99][d]);
      size += Math.abs(sample[99][d]);
    }
    ProductTables tables = new ProductTables(quantizer);
    tables.set(query, 0);
    codes.estimate(block, at, tables.query(), Float.POSITIVE_INFINITY);
    for (int slot = 0; slot < Rabitq.SLOTS; slot++) {
      double product = 0;
      for (int d = 0; d < dimension; d++) {
        product += words[slot][d] * sample[99][d];
      }
      assertThat((double) tables.query().estimate(slot))
          .isCloseTo(slot + 2 * product, within(0.03 * size));
    }
  }

  @Test
  void codewordsKeepMostOfAVector() {
    float[][] sample = vectors(2000, 64);
    ProductQuantizer quantizer = ProductQuantizer.train(sample, 64, 32, 3);
    double lost = 0;
    double whole = 0;
    for (float[] vector : sample) {
      for (int part = 0; part < 32; part++) {
        int word = quantizer.code(vector, part);
        for (int d = quantizer.from(part); d < quantizer.from(part + 1); d++) {
          double difference = vector[d] - quantizer.element(d, word);
          lost += difference * difference;
          whole += vector[d] * vector[d];
        }
      }
    }
    // Two bits a dimension of normal numbers: 0.1175 by scalars at best, less by pairs.
    assertThat(lost / whole).isLessThan(0.125);
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 832})
  void scalarCodesGiveTheDistancesOfWhatTheyStandFor(int dimension) {
    float[][] vectors = vectors(2, dimension);
    ScalarQuantizer quantizer = new ScalarQuantizer(-4, 8f / 255);
    MemorySegment point = NativeMemory.allocate(4L * dimension);
    MemorySegment centre = NativeMemory.allocate(4L * dimension);
    MemorySegment prepared = NativeMemory.allocate(4L * dimension);
    MemorySegment codes = NativeMemory.allocate(dimension);
    double expected = 0;
    for (int d = 0; d < dimension; d++) {
      point.set(FLOAT, 4L * d, vectors[0][d]);
      centre.set(FLOAT, 4L * d, d % 3 - 1);
      int code = quantizer.code(vectors[1][d]);
      codes.set(ValueLayout.JAVA_BYTE, d, (byte) code);
      double difference = vectors[0][d] - (d % 3 - 1) - (-4 + code * 8.0 / 255);
      expected += difference * difference;
    }
    ResidualCodes.prepare(quantizer, point, centre, 0, dimension, prepared);
    float squared =
        ResidualCodes.squaredDistance(
            prepared,
            AbsoluteMemory.start(prepared, 0, 4L * dimension),
            codes,
            AbsoluteMemory.start(codes, 0, dimension),
            dimension);
    double step = quantizer.step();
    assertThat(squared * step * step).isCloseTo(expected, within(1e-3 * expected));
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 128, 832})
  void planesGiveTheSumOfTheElementsWhoseBitIsSet(int dimension) {
    float[] vector = vectors(1, dimension)[0];
    MemorySegment point = NativeMemory.allocate(4L * dimension);
    MemorySegment plane = NativeMemory.allocate(dimension / 8);
    double expected = 0;
    for (int d = 0; d < dimension; d++) {
      point.set(FLOAT, 4L * d, vector[d]);
      if (d % 5 < 2) {
        long at = d / 8;
        byte before = plane.get(ValueLayout.JAVA_BYTE, at);
        plane.set(ValueLayout.JAVA_BYTE, at, (byte) (before | 1 << d % 8));
        expected += vector[d];
      }
    }
    float sum =
        PlaneKernels.sum(
            point,
            AbsoluteMemory.start(point, 0, 4L * dimension),
            plane,
            AbsoluteMemory.start(plane, 0, dimension / 8),
            dimension);
    assertThat((double) sum).isCloseTo(expected, within(1e-3 * dimension));
  }
}
