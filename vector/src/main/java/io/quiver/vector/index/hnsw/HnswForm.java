package io.quiver.vector.index.hnsw;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.recall.EffortCurves;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The sections that an {@link HnswIndex} writes into an {@link IndexForm}:
 *
 * <pre>
 *  "graph"    4 entry node, -1 for none;  4 tall nodes, those above level 0
 *  "links"    2m * 4 bytes a node: its links on level 0, ended by -1 unless there are 2m
 *  "levels"   4 * (node) then 1 (level, from 1 to 31) packed: 5 bytes a tall node, by number
 *  "upper"    m * 4 bytes for each level above 0 of each tall node, as "links"
 *  "present"  a bitmap of the rows that are there: bit i of 64-bit words for row i
 *  "lengths"  for cosine: one over each row's length, a float; 0 for a row of zeros
 * </pre>
 *
 * {@link EffortCurves} has a section of its own, and so have codes: {@link ScalarRowCodes}, {@link
 * BitRowCodes}.
 */
final class HnswForm {
  private static final String GRAPH = "graph";
  private static final String LINKS = "links";
  private static final String LEVELS = "levels";
  private static final String UPPER = "upper";
  private static final String PRESENT = "present";
  private static final String LENGTHS = "lengths";

  private static final int GRAPH_BYTES = 8;
  private static final int LEVEL_BYTES = 5;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private HnswForm() {}

  static List<Section> sections(GraphRows rows, HnswGraph graph, EffortCurves efforts) {
    List<Section> sections = new ArrayList<>();
    MemorySegment head = Arena.ofAuto().allocate(GRAPH_BYTES);
    head.set(INT, 0, graph.entry() < 0 ? -1 : HnswGraph.entryNode(graph.entry()));
    MemorySegment levels = levels(graph);
    head.set(INT, 4, (int) (levels.byteSize() / LEVEL_BYTES));
    sections.add(new Section(GRAPH, head));
    sections.add(
        new Section(LINKS, cut(graph.base(), HnswGraph.baseBytes(graph.nodes(), graph.m()))));
    sections.add(new Section(LEVELS, levels));
    sections.add(
        new Section(UPPER, cut(graph.upper(), HnswGraph.upperBytes(graph.tall(), graph.m()))));
    sections.add(new Section(PRESENT, rows.present().bits()));
    sections.add(efforts.section());
    if (rows.reciprocals() != null) {
      sections.add(new Section(LENGTHS, cut(rows.reciprocals(), 4L * graph.nodes())));
    }
    if (rows.codes() != null) {
      sections.addAll(rows.codes().sections());
    }
    return sections;
  }

  private static MemorySegment cut(MemorySegment memory, long bytes) {
    return memory.asSlice(0, bytes);
  }

  private static MemorySegment levels(HnswGraph graph) {
    int tall = 0;
    for (int node = 0; node < graph.nodes(); node++) {
      tall += graph.level(node) > 0 ? 1 : 0;
    }
    MemorySegment levels = Arena.ofAuto().allocate((long) LEVEL_BYTES * tall);
    long at = 0;
    for (int node = 0; node < graph.nodes(); node++) {
      int level = graph.level(node);
      if (level > 0) {
        levels.set(INT, at, node);
        levels.set(JAVA_BYTE, at + 4, (byte) level);
        at += LEVEL_BYTES;
      }
    }
    return levels;
  }

  /** Opens what {@link #sections} wrote, in the form's own memory. */
  static HnswIndex open(IndexForm form, VectorRows rows) {
    if (!(form.spec() instanceof IndexSpec.Hnsw spec)) {
      throw new DamagedIndexException("it is " + form.spec() + ", not hnsw");
    }
    int nodes = rows.count();
    HnswGraph graph = graph(form, spec.m(), nodes);
    RowSet present = RowSet.of(form.section(PRESENT, RowSet.bytes(nodes)), nodes);
    GraphRows graphRows =
        new GraphRows(
            rows,
            present,
            rows.metric() == Metric.COSINE ? form.section(LENGTHS, 4L * nodes) : null,
            switch (spec.quantizer()) {
              case NONE -> null;
              case SQ8 -> ScalarRowCodes.open(form, rows);
              case RABITQ -> BitRowCodes.open(form, rows);
            });
    return new HnswIndex(spec, graphRows, graph, EffortCurves.read(form), false);
  }

  /** As {@link HnswIndex#openGrowing}. */
  static HnswIndex openGrowing(IndexForm form, VectorRows rows, long seed) {
    VectorRows written = new VectorRows(rows.metric(), rows.block(), form.rows());
    return open(form, written).grown(rows, seed);
  }

  private static HnswGraph graph(IndexForm form, int m, int nodes) {
    MemorySegment head = form.section(GRAPH, GRAPH_BYTES);
    int entryNode = head.get(INT, 0);
    int tallCount = head.get(INT, 4);
    if (entryNode < -1 || entryNode >= nodes || tallCount < 0 || tallCount > nodes) {
      throw new DamagedIndexException(
          "of " + nodes + " nodes " + tallCount + " are tall, searches begin at " + entryNode);
    }
    TallNodes tall = tall(form.section(LEVELS, (long) LEVEL_BYTES * tallCount), nodes);
    MemorySegment base = form.section(LINKS, HnswGraph.baseBytes(nodes, m));
    MemorySegment upper = form.section(UPPER, HnswGraph.upperBytes(tall, m));
    long entry = entryNode < 0 ? -1 : (long) tall.level(entryNode) << 32 | entryNode;
    HnswGraph graph = HnswGraph.of(m, tall, base, upper, entry);
    for (int node = 0; node < nodes; node++) {
      for (int level = 0; level <= graph.level(node); level++) {
        checkLinks(graph, node, level);
      }
    }
    return graph;
  }

  private static TallNodes tall(MemorySegment levels, int nodes) {
    byte[] byNode = new byte[nodes];
    for (long at = 0; at < levels.byteSize(); at += LEVEL_BYTES) {
      int node = levels.get(INT, at);
      int level = levels.get(JAVA_BYTE, at + 4);
      if (node < 0 || node >= nodes || level < 1 || level > HnswGraph.LEVEL_MAX) {
        throw new DamagedIndexException("node " + node + " of " + nodes + " has level " + level);
      }
      byNode[node] = (byte) level;
    }
    return TallNodes.of(nodes, node -> byNode[node]);
  }

  private static void checkLinks(HnswGraph graph, int node, int level) {
    for (int i = 0; i < graph.linksMax(level); i++) {
      int link = graph.link(node, level, i);
      // Beyond its own level a node has no list, so that reading one would leave the memory.
      if (link < -1 || link >= graph.nodes() || (link >= 0 && graph.level(link) < level)) {
        throw new DamagedIndexException(
            "on level " + level + " node " + node + " has a link to " + link);
      }
    }
  }
}
