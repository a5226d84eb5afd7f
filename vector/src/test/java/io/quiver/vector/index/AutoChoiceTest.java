package io.quiver.vector.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AutoChoiceTest {
  /** A MiB is 0 for as much as it likes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "10000   | 768  | FLOAT32 | L2      | 0     | flat()",
        "30000   | 1024 | BINARY  | HAMMING | 0     | flat()",
        "10001   | 768  | FLOAT32 | L2      | 0     | quantizer=rabitq,layout=fused,exact=float32",
        "1000000 | 768  | FLOAT32 | COSINE  | 7000  | quantizer=rabitq,layout=fused,exact=float32",
        "1000000 | 768  | FLOAT32 | COSINE  | 5000  | quantizer=rabitq,layout=fused,exact=sq8",
        "1000000 | 768  | FLOAT32 | COSINE  | 1500  | quantizer=sq8,layout=compact",
        "1000000 | 768  | FLOAT32 | COSINE  | 270   | quantizer=rabitq,layout=compact",
        "1000000 | 768  | FLOAT32 | COSINE  | 400   | diskann(",
        "1000000 | 768  | FLOAT32 | COSINE  | 1     | quantizer=rabitq,layout=compact",
        "1000000 | 128  | INT8    | L2      | 0     | quantizer=rabitq,layout=fused,exact=sq8",
        "1000000 | 32   | FLOAT32 | L2      | 0     | quantizer=none",
        "1000000 | 768  | FLOAT32 | L1      | 0     | quantizer=none",
        "1000000 | 1024 | BINARY  | JACCARD | 0     | quantizer=none",
        "1000000 | 1024 | BINARY  | JACCARD | 150   | flat()",
        "1000000 | 768  | FLOAT32 | L1      | 150   | flat()",
        "1000000 | 32   | FLOAT32 | L2      | 215   | quantizer=sq8",
        "1000000 | 32   | FLOAT32 | L2      | 100   | diskann("
      })
  void takesTheFastestKindThatFits(
      int rows, int dimension, Encoding encoding, Metric metric, int mebibytes, String wanted) {
    AutoChoice choice =
        AutoChoice.of(
            new IndexSpec.Auto(95, mebibytes),
            new RowShape(rows, dimension, encoding, metric, false, 2),
            Double.POSITIVE_INFINITY);
    assertThat(choice.spec().toString()).contains(wanted);
    assertThat(IndexSpec.parse(choice.spec().toString())).isEqualTo(choice.spec());
    assertThat(choice.reason()).contains(encoding.name()).endsWith(".");
  }

  @Test
  void saysWhy() {
    assertThat(reason(0))
        .isEqualTo(
            "1,000,000 rows of 768 FLOAT32: a graph with codes fused into its nodes takes 6.1 GiB"
                + " and is the fastest.");
    assertThat(reason(5000))
        .isEqualTo(
            "1,000,000 rows of 768 FLOAT32: a graph with codes fused into its nodes, a byte an"
                + " element beside them takes 3.9 GiB of the 4.9 GiB allowed, the fastest that"
                + " fits.");
    assertThat(reason(1))
        .isEqualTo(
            "1,000,000 rows of 768 FLOAT32: nothing fits into the memory allowed; a graph over"
                + " codes of a bit an element takes the least, 237 MiB, and 240 MiB to build.");
  }

  @ParameterizedTest
  @CsvSource({"1, quantizer=rabitq", "3, quantizer=none"})
  void productsOfUnlikeLengthsGetAGraphOverTheRows(float factor, String wanted) {
    int count = 20_000;
    int dimension = 64;
    Random random = new Random(5);
    MemorySegment memory = NativeMemory.allocate(4L * dimension * count);
    for (int row = 0; row < count; row++) {
      // Of one length, but for every second row.
      float element = (row & 1) == 0 ? 1 : factor;
      for (int i = 0; i < dimension; i++) {
        memory.setAtIndex(
            ValueLayout.JAVA_FLOAT,
            (long) dimension * row + i,
            random.nextBoolean() ? element : -element);
      }
    }
    RowBlock block = new RowBlock(memory, 0, 4L * dimension, dimension);
    IndexSpec.Auto wish = new IndexSpec.Auto(95, 0);
    VectorRows products = new VectorRows(Metric.NEGATIVE_INNER_PRODUCT, block, count);
    AutoChoice choice = AutoChoice.of(wish, products, BuildOptions.threads(1));
    assertThat(choice.spec().toString()).contains(wanted);
    VectorRows distances = new VectorRows(Metric.L2, block, count);
    assertThat(AutoChoice.of(wish, distances, BuildOptions.threads(1)).spec().toString())
        .contains("quantizer=rabitq");
  }

  @Test
  void moreRecallTakesMoreEffort() {
    int before = 0;
    for (int percent : new int[] {80, 95, 98, 100}) {
      AutoChoice choice =
          AutoChoice.of(
              new IndexSpec.Auto(percent, 0),
              new RowShape(100_000, 256, Encoding.FLOAT16, Metric.L2, false, 2),
              Double.POSITIVE_INFINITY);
      int effort = ((IndexSpec.Hnsw) choice.spec()).efSearch();
      assertThat(effort).isGreaterThan(before);
      before = effort;
    }
  }

  @Test
  void memoryOfTheBuildBoundsTheChoice() {
    RowShape shape = new RowShape(1_000_000, 768, Encoding.FLOAT32, Metric.L2, false, 2);
    assertThat(choice(shape, 12L << 30)).contains("exact=float32");
    assertThat(choice(shape, 1L << 30)).contains("quantizer=sq8");
    assertThat(choice(shape, 1L << 20)).contains("quantizer=rabitq,layout=compact");
  }

  private static String choice(RowShape shape, double buildBytesMax) {
    return AutoChoice.of(new IndexSpec.Auto(95, 0), shape, buildBytesMax).spec().toString();
  }

  /** The bounds are {@code auto.mebibytes}. */
  private static LongStream bounds() {
    return Stream.of(System.getProperty("auto.mebibytes", "2").split(","))
        .mapToLong(Long::parseLong);
  }

  /** What is chosen by a bound must be built within it. */
  @ParameterizedTest
  @MethodSource("bounds")
  void chosenIndexIsBuiltWithinItsMemory(long mebibytes) {
    int count = 10_100;
    Random random = new Random(mebibytes);
    MemorySegment memory = NativeMemory.allocate(448L * count);
    for (long at = 0; at < memory.byteSize(); at += 4) {
      memory.set(ValueLayout.JAVA_FLOAT, at, (float) random.nextGaussian());
    }
    VectorRows rows = new VectorRows(Metric.L2, new RowBlock(memory, 0, 448, 112), count);
    IndexSpec.Auto wish = new IndexSpec.Auto(80, (int) mebibytes);
    BuildOptions options = BuildOptions.threads(2);
    IndexSpec chosen = AutoChoice.of(wish, rows, options).spec();
    VectorIndex index = Indexes.build(wish, rows, options);
    assertThat(index.spec()).isEqualTo(chosen);
    assertThat(index.memoryBytes()).isLessThanOrEqualTo(mebibytes << 20);
  }

  @Test
  void indexOfFewRowsIsFlat() {
    RowBlock block = new RowBlock(NativeMemory.allocate(6400), 0, 64, 16);
    VectorIndex index =
        Indexes.build(
            IndexSpec.parse("auto"),
            new VectorRows(Metric.L2, block, 100),
            BuildOptions.threads(1));
    assertThat(index.spec()).isEqualTo(new IndexSpec.Flat());
  }

  private static String reason(int mebibytes) {
    RowShape shape = new RowShape(1_000_000, 768, Encoding.FLOAT32, Metric.COSINE, false, 2);
    return AutoChoice.of(new IndexSpec.Auto(95, mebibytes), shape, Double.POSITIVE_INFINITY)
        .reason();
  }
}
