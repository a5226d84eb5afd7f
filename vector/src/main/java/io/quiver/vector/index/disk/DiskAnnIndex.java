package io.quiver.vector.index.disk;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.hnsw.HnswIndex;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.BlockReader;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The index of kind {@code diskann}. In memory are {@link DiskLinks} and {@link DiskCodes}, about
 * 0.3 of the rows at 128 dimensions and 0.09 at 768; on disk are {@link DiskBlocks}. The three name
 * the sections of its form, and {@link EffortCurves} another.
 */
public final class DiskAnnIndex implements VectorIndex {
  /** The section that is too large to be checked when the index is opened. */
  public static final String BLOCKS = "diskrows";

  private static final int ENTRIES = 64;
  private static final EffortCurves.Trials EFFORTS =
      EffortCurves.Trials.ofCandidates(
          4, 7, 10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640);

  private final IndexSpec.DiskAnn spec;
  private final VectorRows rows;
  private final DiskCodes codes;
  private final DiskLinks links;
  private final DiskBlocks blocks;
  private final EffortCurves efforts;

  private DiskAnnIndex(
      IndexSpec.DiskAnn spec,
      DiskCodes codes,
      DiskLinks links,
      DiskBlocks blocks,
      EffortCurves efforts) {
    this.spec = spec;
    this.rows = codes.space().rows();
    this.codes = codes;
    this.links = links;
    this.blocks = blocks;
    this.efforts = efforts;
  }

  /**
   * Builds the index; until it is written and opened again it reads the owner's rows.
   *
   * @throws java.util.concurrent.CancellationException when the options say so
   */
  public static DiskAnnIndex build(IndexSpec.DiskAnn spec, VectorRows rows, BuildOptions options) {
    IndexSpec.Hnsw graph = graph(spec);
    BuildOptions most =
        options
            .withMemory(options.memoryBytesMax() - DiskCodes.bytes(rows))
            .withProgress(part -> options.progress().accept(0.9 * part));
    HnswIndex built = HnswIndex.build(graph, rows, most);
    EuclideanRows space = EuclideanRows.of(rows);
    DiskLinks links = DiskLinks.empty(rows.count(), spec.degree(), entries(space, options.seed()));
    int[] list = new int[2 * graph.m()];
    for (int node = 0; node < rows.count(); node++) {
      links.set(node, list, Math.min(spec.degree(), built.links(node, list)));
    }
    Workers workers =
        new Workers(options.withProgress(part -> options.progress().accept(0.9 + part)));
    DiskCodes codes = DiskCodes.encode(space, workers, options.seed());
    DiskBlocks blocks = DiskBlocks.ofMemory(rows);
    EffortCurves unmeasured = EffortCurves.unmeasured(spec.efSearch());
    EffortCurves efforts =
        EffortCurves.measure(
            rows,
            space.present().filter(),
            () -> new DiskSearcher(spec, codes, links, blocks, unmeasured),
            built::exactDistances,
            EFFORTS,
            options);
    return new DiskAnnIndex(spec, codes, links, blocks, efforts);
  }

  /** About the bytes that a build takes beyond the rows, index included. */
  public static long buildBytes(IndexSpec.DiskAnn spec, VectorRows rows, int threads) {
    return HnswIndex.buildBytes(graph(spec), rows, threads) + DiskCodes.bytes(rows);
  }

  /** The graph that its links are taken from. */
  private static IndexSpec.Hnsw graph(IndexSpec.DiskAnn spec) {
    return new IndexSpec.Hnsw(
        Math.ceilDiv(spec.degree(), 2),
        spec.efConstruction(),
        spec.efSearch(),
        IndexSpec.Quantizer.NONE,
        IndexSpec.Layout.COMPACT,
        IndexSpec.Exact.FLOAT32);
  }

  private static int[] entries(EuclideanRows space, long seed) {
    int rows = space.rows().count();
    SplittableRandom random = new SplittableRandom(seed);
    int present = rows - space.absent().cardinality();
    if (present <= ENTRIES) {
      return IntStream.range(0, rows).filter(row -> !space.absent().get(row)).toArray();
    }
    int[] entries = new int[ENTRIES];
    for (int i = 0; i < ENTRIES; ) {
      int row = random.nextInt(rows);
      if (!space.absent().get(row)) {
        entries[i++] = row;
      }
    }
    Arrays.sort(entries);
    return entries;
  }

  /**
   * Opens a written index. Its rows are read by the reader, or where there is none from the form.
   *
   * @param reader of the section {@code diskrows}, from its first byte on
   * @throws DamagedIndexException when it is not what was written
   */
  public static DiskAnnIndex open(IndexForm read, VectorRows rows, @Nullable BlockReader reader) {
    IndexSpec.DiskAnn spec = (IndexSpec.DiskAnn) read.spec();
    DiskCodes codes = DiskCodes.read(read, rows);
    DiskLinks links = DiskLinks.read(read, rows.count(), spec.degree());
    MemorySegment written = read.section("sums", 4L * DiskBlocks.pieces(rows));
    MemorySegment sums = NativeMemory.allocate(written.byteSize());
    MemorySegment.copy(written, 0, sums, 0, written.byteSize());
    BlockReader from =
        reader != null
            ? reader
            : new DiskBlocks.SectionReader(read.section(BLOCKS, DiskBlocks.bytes(rows)));
    if (from.byteSize() < DiskBlocks.bytes(rows)) {
      throw new DamagedIndexException(
          "its rows take " + DiskBlocks.bytes(rows) + " bytes, there are " + from.byteSize());
    }
    return new DiskAnnIndex(
        spec, codes, links, new DiskBlocks(rows, from, 0, sums), EffortCurves.read(read));
  }

  @Override
  public IndexSpec.DiskAnn spec() {
    return spec;
  }

  @Override
  public VectorRows rows() {
    return rows;
  }

  @Override
  public VectorSearcher searcher() {
    return new DiskSearcher(spec, codes, links, blocks, efforts);
  }

  /** Links, codes and checksums; the rows are on disk. */
  @Override
  public long memoryBytes() {
    return links.memoryBytes() + codes.memoryBytes() + blocks.sums().byteSize();
  }

  @Override
  public long formBytes() {
    return IndexForm.bytes(spec, sections());
  }

  @Override
  public void write(MemorySegment form) {
    IndexForm.write(form, spec, rows, sections());
  }

  private List<IndexForm.Section> sections() {
    List<IndexForm.Section> sections = new ArrayList<>(codes.sections());
    sections.addAll(links.sections());
    sections.add(efforts.section());
    sections.add(new IndexForm.Section("sums", blocks.sums()));
    sections.add(new IndexForm.Section(BLOCKS, DiskBlocks.bytes(rows), blocks::write));
    return sections;
  }
}
