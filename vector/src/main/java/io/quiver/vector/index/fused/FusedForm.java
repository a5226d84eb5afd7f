package io.quiver.vector.index.fused;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.index.IndexSpec.Exact;
import io.quiver.vector.index.IndexSpec.Hnsw;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rotation;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sections of a fused graph's written form, little-endian.
 *
 * <pre>
 *  graph   offset  bytes
 *               0      4  the node where searches begin; -1 when there is none
 *               4      4  dimensions of the points
 *               8      8  squared length of the longest row, double; 0 where the metric needs none
 *              16      4  exact = sq8: what the code 0 stands for, float; else 0
 *              20      4  exact = sq8: what a step of codes stands for, float; else 0
 *  signs    8 bytes for each 64 signs of the {@link Rotation}, in its order
 *  absent   a bit for each row that has no point, in 64-bit words, row 0 lowest
 *  blocks   the nodes' blocks, as {@link FusedLayout} describes, one for each row
 * </pre>
 *
 * And the section that {@link EffortCurves} specifies.
 */
record FusedForm(
    EuclideanRows space,
    FusedGraph graph,
    @Nullable ScalarQuantizer quantizer,
    EffortCurves efforts) {
  private static final String GRAPH = "graph";
  private static final String SIGNS = "signs";
  private static final String ABSENT = "absent";
  private static final String BLOCKS = "blocks";

  private static final long HEAD_BYTES = 24;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  List<Section> sections() {
    return List.of(
        new Section(GRAPH, head()),
        new Section(SIGNS, words(graph.rotation().signs())),
        new Section(ABSENT, words(absentWords())),
        efforts.section(),
        new Section(BLOCKS, graph.blocks().asSlice(0, graph.layout().stride() * graph.nodes())));
  }

  private MemorySegment head() {
    MemorySegment head = Arena.ofAuto().allocate(HEAD_BYTES, 8);
    head.set(INT, 0, graph.entry());
    head.set(INT, 4, space.dimension());
    head.set(DOUBLE, 8, space.longestSquared());
    head.set(FLOAT, 16, quantizer == null ? 0 : quantizer.low());
    head.set(FLOAT, 20, quantizer == null ? 0 : quantizer.step());
    return head;
  }

  private long[] absentWords() {
    long[] words = new long[absentWords(space.rows().count())];
    long[] set = space.absent().toLongArray();
    System.arraycopy(set, 0, words, 0, set.length);
    return words;
  }

  private static int absentWords(int rows) {
    return (rows + 63) >>> 6;
  }

  private static MemorySegment words(long[] words) {
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(8, 8L * words.length), 8);
    MemorySegment.copy(words, 0, memory, LONG, 0, words.length);
    return memory.asSlice(0, 8L * words.length);
  }

  /**
   * Reads and checks the sections.
   *
   * @throws DamagedIndexException when they are not what was written
   */
  static FusedForm read(IndexForm form, Hnsw spec, VectorRows rows) {
    MemorySegment head = form.section(GRAPH, HEAD_BYTES);
    BitSet absent = BitSet.valueOf(longs(form, ABSENT, absentWords(rows.count())));
    double longest = head.get(DOUBLE, 8);
    if (absent.length() > rows.count() || !(longest >= 0)) {
      throw new DamagedIndexException(
          "row %d is absent, the longest is %s".formatted(absent.length() - 1, longest));
    }
    EuclideanRows space = EuclideanRows.of(rows, longest, absent);
    int dimension = head.get(INT, 4);
    if (dimension != space.dimension()) {
      throw new DamagedIndexException(
          "points of %d dimensions for rows that give %d".formatted(dimension, space.dimension()));
    }
    FusedLayout layout = new FusedLayout(dimension, spec.exact());
    Rotation rotation = Rotation.of(dimension, longs(form, SIGNS, Rotation.signWords(dimension)));
    FusedGraph graph = graph(form, layout, rotation, head.get(INT, 0), rows.count());
    return new FusedForm(space, graph, quantizer(head, spec), EffortCurves.read(form));
  }

  private static FusedGraph graph(
      IndexForm form, FusedLayout layout, Rotation rotation, int entry, int count) {
    if (entry < -1 || entry >= count) {
      throw new DamagedIndexException("searches begin at node %d of %d".formatted(entry, count));
    }
    long bytes = layout.stride() * count;
    MemorySegment blocks = NativeMemory.allocate(bytes);
    MemorySegment.copy(form.section(BLOCKS, bytes), 0, blocks, 0, bytes);
    FusedGraph graph = new FusedGraph(layout, rotation, blocks.asSlice(0, bytes), entry);
    // Searches follow links without a check.
    for (int node = 0; node < count; node++) {
      for (int slot = 0; slot < FusedLayout.DEGREE; slot++) {
        int link = graph.link(node, slot);
        if (link < 0 || link >= count) {
          throw new DamagedIndexException(
              "node %d of %d is linked with node %d".formatted(node, count, link));
        }
      }
    }
    return graph;
  }

  private static @Nullable ScalarQuantizer quantizer(MemorySegment head, Hnsw spec) {
    if (spec.exact() == Exact.FLOAT32) {
      return null;
    }
    return IndexForm.scale(head, 16);
  }

  private static long[] longs(IndexForm form, String section, int words) {
    return form.section(section, 8L * words).toArray(LONG);
  }
}
