package io.quiver.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of index at each width of vectors, in a JVM of its own. */
class IndexWidthTest {
  @ParameterizedTest
  @ValueSource(ints = {256, 128})
  void everyKindFindsTheNearestAtEachWidth(int bits) throws Exception {
    assertThat(
            OwnJvm.run(
                Searches.class,
                "-D" + VectorWidth.PROPERTY + "=" + bits,
                "--enable-native-access=ALL-UNNAMED"))
        .endsWith("found");
  }

  @ParameterizedTest
  @ValueSource(ints = 512)
  void everyKindDoesWithoutNativeAccess(int bits) throws Exception {
    assertThat(OwnJvm.run(Searches.class, "-D" + VectorWidth.PROPERTY + "=" + bits))
        .endsWith("found");
  }

  /** What the new JVM runs. */
  static final class Searches {
    private static final int ROWS = 150;
    private static final int DIMENSION = 50;
    private static final int QUERIES = 10;

    private static final List<String> KINDS =
        List.of(
            "hnsw()",
            "hnsw(quantizer=sq8)",
            "hnsw(quantizer=rabitq,layout=compact)",
            "hnsw(quantizer=rabitq)",
            "hnsw(quantizer=rabitq,exact=sq8)",
            "ivf_flat(lists=10,probes=10)",
            "ivf_sq8(lists=10,probes=10)",
            "ivf_pq(lists=10,probes=10)",
            "ivf_rabitq(lists=10,probes=10)",
            "ivf_rabitq(lists=10,probes=10,bits=4)",
            "diskann()");

    private Searches() {}

    public static void main(String[] arguments) {
      for (Encoding encoding : List.of(Encoding.FLOAT32, Encoding.INT8)) {
        VectorRows rows = rows(encoding);
        for (String kind : KINDS) {
          search(Indexes.build(IndexSpec.parse(kind), rows, BuildOptions.threads(2)));
        }
      }
      System.out.println("found");
    }

    private static void search(VectorIndex index) {
      VectorRows rows = index.rows();
      Neighbors found = new Neighbors();
      Neighbors wanted = new Neighbors();
      int hits = 0;
      for (int i = 0; i < QUERIES; i++) {
        SearchRequest request = SearchRequest.of(rows.row(i * 7 % ROWS), 10, ROWS);
        index.searcher().search(request, found);
        new FlatIndex(rows).searcher().search(request, wanted);
        for (int row : wanted.rows()) {
          hits += Arrays.stream(found.rows()).anyMatch(other -> other == row) ? 1 : 0;
        }
      }
      if (hits < 0.95 * 10 * QUERIES) {
        throw new AssertionError(index.spec() + " over " + rows.encoding() + ": " + hits);
      }
    }

    private static VectorRows rows(Encoding encoding) {
      Random random = new Random(3);
      int bytes = encoding.bytes(DIMENSION);
      MemorySegment memory = NativeMemory.allocate((long) bytes * ROWS);
      for (int i = 0; i < ROWS * DIMENSION; i++) {
        float value = (float) random.nextGaussian();
        switch (encoding) {
          case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
          case FLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(value));
          case INT8 -> memory.set(ValueLayout.JAVA_BYTE, i, (byte) Math.round(30 * value));
          case BFLOAT16, BINARY -> throw new IllegalArgumentException(encoding.name());
        }
      }
      return new VectorRows(Metric.L2, RowBlock.packed(memory, DIMENSION, encoding), ROWS);
    }
  }
}
