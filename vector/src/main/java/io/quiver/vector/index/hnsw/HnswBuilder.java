package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.quantize.BitQuantizer;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** Builds the graph over rows that are all there. */
final class HnswBuilder {
  /** Rows that one thread links first: with fewer, threads would not find each other's. */
  private static final int FIRST = 256;

  private static final int LINK_CHUNK = 16;
  private static final int ENCODE_CHUNK = 1024;

  /** Of the whole work, what reading all rows takes, and what encoding them takes. */
  private static final double PREPARE_SHARE = 0.01;

  /** Scratch of one thread beside a byte a node. */
  private static final long THREAD_BYTES = 1 << 20;

  private final IndexSpec.Hnsw spec;
  private final BuildOptions options;
  private final Workers workers;

  HnswBuilder(IndexSpec.Hnsw spec, BuildOptions options) {
    this.spec = spec;
    this.options = options;
    workers = new Workers(options);
  }

  HnswIndex build(VectorRows rows) {
    if (rows.encoding() == Encoding.BINARY && spec.quantizer() != IndexSpec.Quantizer.NONE) {
      throw new IllegalArgumentException("bits have no shorter codes: " + spec);
    }
    checkMemory(rows);
    GraphRows prepared = prepare(rows);
    HnswGraph graph =
        HnswGraph.empty(rows.count(), spec.m(), TallNodes.drawn(spec.m(), options.seed()));
    RowSet linked = RowSet.empty(rows.count());
    link(prepared, graph, linked, 1 - prepareShare());
    return new HnswIndex(spec, prepared, graph, EffortCurves.unmeasured(spec.efSearch()), false)
        .measured(options);
  }

  /** Everything of the rows but their links. */
  GraphRows prepare(VectorRows rows) {
    GraphRows prepared = GraphRows.empty(rows);
    workers.forEach(
        0,
        rows.count(),
        ENCODE_CHUNK,
        PREPARE_SHARE,
        () -> prepared,
        (own, row) -> {
          if (own.measure(row)) {
            own.present().add(row);
          }
        });
    return switch (spec.quantizer()) {
      case NONE -> prepared;
      case SQ8 -> encode(prepared, ScalarRowCodes.empty(rows, trained(prepared)));
      case RABITQ ->
          encode(
              prepared,
              BitRowCodes.empty(
                  rows,
                  BitQuantizer.train(
                      rows.count(),
                      rows.dimension(),
                      rows.metric(),
                      options.seed(),
                      prepared::point)));
    };
  }

  /** Which part of the work {@link #prepare} is. */
  double prepareShare() {
    return spec.quantizer() == IndexSpec.Quantizer.NONE ? PREPARE_SHARE : 2 * PREPARE_SHARE;
  }

  private ScalarQuantizer trained(GraphRows prepared) {
    VectorRows rows = prepared.rows();
    return ScalarQuantizer.train(rows.count(), rows.dimension(), options.seed(), prepared::point);
  }

  private record Scratch(RowCodes.Encoder encoder, MemorySegment point) {}

  private GraphRows encode(GraphRows prepared, RowCodes codes) {
    VectorRows rows = prepared.rows();
    workers.forEach(
        0,
        rows.count(),
        ENCODE_CHUNK,
        PREPARE_SHARE,
        () -> new Scratch(codes.encoder(), Arena.ofAuto().allocate(4L * rows.dimension(), 64)),
        (scratch, row) -> {
          prepared.point(row, scratch.point, 0);
          scratch.encoder.put(row, scratch.point);
        });
    return prepared.withCodes(codes);
  }

  /** Links the rows that are present and not linked yet. */
  void link(GraphRows rows, HnswGraph graph, RowSet linked, double share) {
    int count = graph.nodes();
    int first = Math.min(FIRST, count);
    double firstShare = share * first / Math.max(1, count);
    Supplier<NodeLinker> linkers = () -> new NodeLinker(rows, graph, spec.efConstruction());
    Workers.Task<NodeLinker> task =
        (linker, row) -> {
          if (rows.present().contains(row) && !linked.contains(row)) {
            linker.link(row);
          }
        };
    workers.forEach(0, first, FIRST, firstShare, linkers, task);
    workers.forEach(first, count, LINK_CHUNK, share - firstShare, linkers, task);
  }

  Workers workers() {
    return workers;
  }

  void checkMemory(VectorRows rows) {
    long bytes = bytes(spec, rows, options.threads());
    if (bytes > options.memoryBytesMax()) {
      throw new IllegalArgumentException(
          "building takes about "
              + bytes
              + " bytes, of which "
              + options.memoryBytesMax()
              + " are allowed");
    }
  }

  /** About the bytes that a build takes beyond the rows, index included. */
  static long bytes(IndexSpec.Hnsw spec, VectorRows rows, int threads) {
    int count = rows.count();
    long codes =
        switch (spec.quantizer()) {
          case NONE -> 0;
          case SQ8 -> (long) count * rows.dimension();
          case RABITQ -> (long) count * (rows.dimension() / 8 + 16);
        };
    // The lists above level 0 are drawn; on average there are 1 / (m - 1) of them a row.
    long links = HnswGraph.baseBytes(count, spec.m()) + 8L * count;
    return links + codes + threads * (count + THREAD_BYTES);
  }
}
