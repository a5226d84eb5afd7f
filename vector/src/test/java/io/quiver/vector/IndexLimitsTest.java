package io.quiver.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of index at the limits of what it may be given: rows and queries whose squares no
 * float holds, many rows on a page, zeros, and more rows wanted than there are. However little such
 * numbers leave of an estimate, as many rows come back as exact search finds. The seed is {@code
 * ann.seed}.
 */
class IndexLimitsTest {
  private static final long SEED = Long.getLong("ann.seed", 1);

  private static final List<String> KINDS =
      List.of(
          "flat()",
          "hnsw(ef_construction=40)",
          "hnsw(ef_construction=40,quantizer=sq8)",
          "hnsw(ef_construction=40,quantizer=rabitq,layout=compact)",
          "hnsw(ef_construction=40,quantizer=rabitq)",
          "hnsw(ef_construction=40,quantizer=rabitq,exact=sq8)",
          "ivf_flat()",
          "ivf_sq8()",
          "ivf_pq()",
          "ivf_rabitq()",
          "ivf_rabitq(bits=4)",
          "diskann(degree=16,ef_construction=40)");

  /** What the rows are like. */
  private enum Shape {
    NORMAL(8, 300),
    /** Five hundred rows in a block of a disk. */
    SHORT(2, 1500),
    /** A third of the rows have no cosine. */
    WITH_ZEROS(8, 300),
    NONE(8, 0),
    ONE(8, 1),
    ONE_HUGE(8, 300),
    ALL_HUGE(8, 300);

    private final int dimension;
    private final int count;

    Shape(int dimension, int count) {
      this.dimension = dimension;
      this.count = count;
    }

    private float element(int row, Random random) {
      float x = (float) random.nextGaussian();
      return switch (this) {
        case NORMAL, SHORT, NONE, ONE -> x;
        case WITH_ZEROS -> row % 3 == 0 ? 0 : x;
        case ONE_HUGE -> row == 17 ? 3e38f : x;
        case ALL_HUGE -> 1e30f * x;
      };
    }
  }

  record Case(String kind, Metric metric, Shape shape) {}

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String kind : KINDS) {
      for (Metric metric : List.of(Metric.L2, Metric.COSINE, Metric.NEGATIVE_INNER_PRODUCT)) {
        for (Shape shape : Shape.values()) {
          cases.add(new Case(kind, metric, shape));
        }
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void asManyRowsComeBackAsQualify(Case one) {
    Random random = new Random(SEED);
    int dimension = one.shape.dimension;
    MemorySegment memory = NativeMemory.allocate(4L * dimension * one.shape.count);
    for (int row = 0; row < one.shape.count; row++) {
      for (int i = 0; i < dimension; i++) {
        long at = 4L * ((long) row * dimension + i);
        memory.set(ValueLayout.JAVA_FLOAT, at, one.shape.element(row, random));
      }
    }
    RowBlock block = RowBlock.packed(memory, dimension, Encoding.FLOAT32);
    VectorRows rows = new VectorRows(one.metric, block, one.shape.count);
    VectorIndex built = Indexes.build(IndexSpec.parse(one.kind), rows, BuildOptions.threads(1));
    MemorySegment form = Arena.ofAuto().allocate(built.formBytes(), 4096);
    built.write(form);
    for (VectorIndex index : List.of(built, Indexes.open(form, rows))) {
      for (float size : new float[] {0, 1, 1e20f, 3e38f}) {
        MemorySegment query = Arena.ofAuto().allocate(4L * dimension, 64);
        for (int i = 0; i < dimension; i++) {
          query.set(ValueLayout.JAVA_FLOAT, 4L * i, (i & 1) == 0 ? size : -size / 2);
        }
        for (int k : new int[] {1, 10, 50, 1 << 30, Integer.MAX_VALUE}) {
          SearchRequest request = SearchRequest.of(query, k, rows.count());
          String what = one + ", seed " + SEED + ", query of " + size + ", k " + k;
          checkSearch(index, request, what);
          if (k > 1) {
            checkIterator(index, request, what);
          }
        }
      }
    }
  }

  @Test
  void rowsBeyondTheirMemoryOrTooLongForKernelsAreRefused() {
    MemorySegment memory = NativeMemory.allocate(4L * 65_536);
    RowBlock packed = RowBlock.packed(memory, 8);
    assertThatThrownBy(() -> new VectorRows(Metric.L2, packed, 8193))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new VectorRows(Metric.L2, packed, -1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    // Row 4 begins at 2^64, which is 0 in a long.
    RowBlock wide = new RowBlock(memory, 0, 1L << 62, 8);
    assertThatThrownBy(() -> new VectorRows(Metric.L2, wide, 5))
        .isInstanceOf(IndexOutOfBoundsException.class);
    RowBlock tooLong = RowBlock.packed(memory, 65_536, Encoding.INT8);
    assertThatThrownBy(() -> new VectorRows(Metric.L2, tooLong, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65535");
  }

  private static void checkSearch(VectorIndex index, SearchRequest request, String what) {
    Neighbors found = new Neighbors();
    index.searcher().search(request, found);
    assertThat(found.size()).as(what).isEqualTo(exactCount(index.rows(), request));
    Set<Integer> rows = new HashSet<>();
    for (int i = 0; i < found.size(); i++) {
      assertThat(rows.add(found.row(i))).as(what).isTrue();
      assertThat(found.distance(i)).as(what).isNotNaN();
    }
  }

  private static void checkIterator(VectorIndex index, SearchRequest request, String what) {
    NeighborIterator iterator = index.searcher().iterator(request);
    Set<Integer> rows = new HashSet<>();
    Neighbors batch = new Neighbors();
    while (iterator.next(batch)) {
      assertThat(batch.size()).as(what).isBetween(1, request.k());
      for (int row : batch.rows()) {
        assertThat(rows.add(row)).as("%s, row %d twice", what, row).isTrue();
      }
    }
    assertThat(rows).as(what).hasSize(exactCount(index.rows(), request.withK(Integer.MAX_VALUE)));
  }

  private static int exactCount(VectorRows rows, SearchRequest request) {
    Neighbors found = new Neighbors();
    new FlatIndex(rows).searcher().search(request, found);
    return found.size();
  }
}
