package io.quiver.vector.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.NativeMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        "1000000 | 768  | FLOAT32 | COSINE  | 300   | quantizer=rabitq,layout=compact",
        "1000000 | 768  | FLOAT32 | COSINE  | 150   | diskann(",
        "1000000 | 768  | FLOAT32 | COSINE  | 1     | diskann(",
        "1000000 | 128  | INT8    | L2      | 0     | quantizer=rabitq,layout=fused,exact=sq8",
        "1000000 | 32   | FLOAT32 | L2      | 0     | quantizer=none",
        "1000000 | 768  | FLOAT32 | L1      | 0     | quantizer=none",
        "1000000 | 1024 | BINARY  | JACCARD | 0     | quantizer=none",
        "1000000 | 1024 | BINARY  | JACCARD | 150   | flat()",
        "1000000 | 768  | FLOAT32 | L1      | 150   | flat()",
        "1000000 | 32   | FLOAT32 | L2      | 240   | quantizer=sq8",
        "1000000 | 32   | FLOAT32 | L2      | 100   | diskann("
      })
  void takesTheFastestKindThatFits(
      int rows, int dimension, Encoding encoding, Metric metric, int mebibytes, String wanted) {
    AutoChoice choice =
        AutoChoice.of(
            new IndexSpec.Auto(95, mebibytes), rows, dimension, encoding, metric, Long.MAX_VALUE);
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
            "1,000,000 rows of 768 FLOAT32: nothing fits into the 1 MiB allowed; a graph on disk"
                + " takes the least, 99 MiB.");
  }

  @Test
  void moreRecallTakesMoreEffort() {
    int before = 0;
    for (int percent : new int[] {80, 95, 98, 100}) {
      AutoChoice choice =
          AutoChoice.of(
              new IndexSpec.Auto(percent, 0),
              100_000,
              256,
              Encoding.FLOAT16,
              Metric.L2,
              Long.MAX_VALUE);
      int effort = ((IndexSpec.Hnsw) choice.spec()).efSearch();
      assertThat(effort).isGreaterThan(before);
      before = effort;
    }
  }

  @Test
  void memoryOfTheBuildBoundsTheChoice() {
    AutoChoice choice =
        AutoChoice.of(
            new IndexSpec.Auto(95, 0), 1_000_000, 768, Encoding.FLOAT32, Metric.L2, 300L << 20);
    assertThat(choice.spec().toString()).contains("quantizer=rabitq,layout=compact");
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
    return AutoChoice.of(
            new IndexSpec.Auto(95, mebibytes),
            1_000_000,
            768,
            Encoding.FLOAT32,
            Metric.COSINE,
            Long.MAX_VALUE)
        .reason();
  }
}
