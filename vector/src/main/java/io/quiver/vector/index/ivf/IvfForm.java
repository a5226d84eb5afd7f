package io.quiver.vector.index.ivf;

import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.EuclideanRows;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.IndexForm.Section;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.recall.EffortCurves;
import io.quiver.vector.memory.NativeMemory;
import io.quiver.vector.quantize.Rotation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The sections of an inverted file's {@link IndexForm}. With L lists, points of P dimensions and D
 * rotated ones:
 *
 * <pre>
 *  ivf       offset  bytes
 *                 0      4  L
 *                 4      4  P: the rows' dimensions, and one more under inner product
 *                 8      4  D: the next multiple of 64
 *                12      4  blocks
 *                16      8  bytes of a block
 *                24      8  squared length of the longest row, double; 0 but under inner product
 *                           and cosine
 *                32      4  mean distance of a row from its centroid, float
 *                36      4  0
 *                40     80  reach at 1, 2, 4, ... probes, 20 floats: see {@link Probe#reach()}
 *  mean      4 P bytes: the mean of the centroids, floats
 *  signs     the rotation's signs, of {@link Rotation#signWords} words of 64 bits
 *  centroid  4 D L bytes: the centroids less their mean, rotated, floats
 *  lists     4 L bytes: how many blocks each list has, ints
 *  blocks    the blocks, those of the first list first, as {@link BlockCode} and the kind's code
 *            specify them
 * </pre>
 *
 * And the section that {@link EffortCurves} specifies. {@code ivf_sq8} and {@code ivf_pq} have one
 * more, which their codes specify.
 */
final class IvfForm {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int REACHES_AT = 40;
  private static final int HEADER_BYTES = REACHES_AT + 4 * ReachCurve.POINTS;

  private IvfForm() {}

  static List<Section> sections(IvfIndex index) {
    Centroids centroids = index.centroids();
    InvertedLists lists = index.lists();
    int count = centroids.count();
    List<Section> sections = new ArrayList<>();
    MemorySegment packed = lists.packed();
    sections.add(new Section("ivf", HEADER_BYTES, into -> header(index, packed.byteSize(), into)));
    sections.add(
        new Section("mean", centroids.mean().asSlice(0, 4L * centroids.rotation().dimension())));
    long[] signs = centroids.rotation().signs();
    sections.add(
        new Section(
            "signs",
            8L * signs.length,
            into -> MemorySegment.copy(signs, 0, into, LONG, 0, signs.length)));
    sections.add(
        new Section("centroid", centroids.rotated().asSlice(0, count * centroids.stride())));
    sections.add(
        new Section(
            "lists",
            4L * count,
            into -> {
              for (int list = 0; list < count; list++) {
                into.set(INT, 4L * list, lists.blocks(list).length);
              }
            }));
    sections.add(new Section("blocks", packed));
    sections.add(index.efforts().section());
    sections.addAll(index.code().sections());
    return sections;
  }

  private static void header(IvfIndex index, long bytes, MemorySegment into) {
    Centroids centroids = index.centroids();
    long blockBytes = index.code().blockBytes();
    into.fill((byte) 0);
    into.set(INT, 0, centroids.count());
    into.set(INT, 4, index.euclidean().dimension());
    into.set(INT, 8, centroids.dimension());
    into.set(INT, 12, (int) (bytes / blockBytes));
    into.set(LONG, 16, blockBytes);
    into.set(DOUBLE, 24, index.euclidean().longestSquared());
    into.set(FLOAT, 32, centroids.meanResidual());
    float[] reaches = index.reaches().reaches();
    MemorySegment.copy(reaches, 0, into, FLOAT, REACHES_AT, reaches.length);
  }

  /**
   * Reads an index, whose blocks stay in the form's memory until a row comes or goes.
   *
   * @throws DamagedIndexException when it is not what was written
   */
  static IvfIndex read(IndexForm form, IndexSpec.Ivf spec, VectorRows rows) {
    MemorySegment header = form.section("ivf", HEADER_BYTES);
    double longest = header.get(DOUBLE, 24);
    check("longest row", longest, longest >= 0 && Double.isFinite(longest));
    EuclideanRows euclidean = EuclideanRows.of(rows, longest, new BitSet());
    Centroids centroids = centroids(form, header, spec, euclidean);
    BlockCode code = code(form, spec, euclidean, centroids);
    check("bytes of a block", header.get(LONG, 16), header.get(LONG, 16) == code.blockBytes());
    int blocks = header.get(INT, 12);
    check("blocks", blocks, blocks >= 0);
    MemorySegment memory = form.section("blocks", blocks * code.blockBytes());
    int[] counts =
        form.section("lists", 4L * centroids.count()).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    long sum = 0;
    for (int count : counts) {
      check("blocks of a list", count, count >= 0);
      sum += count;
    }
    check("blocks of all lists", sum, sum == blocks);
    InvertedLists lists = new InvertedLists(code, memory, counts, false);
    RowSet present = RowSet.empty(rows.count());
    for (int block = 0; block < blocks; block++) {
      for (int slot = 0; slot < code.slots(); slot++) {
        int row = lists.row(memory, lists.position(block), slot);
        // Asked for each row of a run of codes whenever that is made longer: no object for each.
        if (row < -1 || row >= rows.count() || (row >= 0 && !present.add(row))) {
          check("row", row, false);
        }
      }
    }
    IvfIndex.Contents contents = new IvfIndex.Contents(lists, present);
    IvfIndex.Measured measured = new IvfIndex.Measured(EffortCurves.read(form), reaches(header));
    return new IvfIndex(spec, euclidean, centroids, code, contents, measured);
  }

  private static BlockCode code(
      IndexForm form, IndexSpec.Ivf spec, EuclideanRows euclidean, Centroids centroids) {
    return switch (spec.code()) {
      case FLAT -> new FlatCode(euclidean);
      case SQ8 -> Sq8Code.read(centroids, form.section(Sq8Code.SECTION, 8));
      case PQ -> {
        check("parts", spec.parts(), spec.parts() >= 1 && spec.parts() <= centroids.dimension());
        long bytes = PqCode.sectionBytes(centroids.dimension());
        yield PqCode.read(centroids, spec.parts(), form.section(PqCode.SECTION, bytes));
      }
      case RABITQ -> new RabitqCode(centroids, spec.bits());
    };
  }

  private static ReachCurve reaches(MemorySegment header) {
    float[] reaches = new float[ReachCurve.POINTS];
    MemorySegment.copy(header, FLOAT, REACHES_AT, reaches, 0, reaches.length);
    for (float reach : reaches) {
      check("reach", reach, Float.isFinite(reach));
    }
    return new ReachCurve(reaches);
  }

  private static Centroids centroids(
      IndexForm form, MemorySegment header, IndexSpec.Ivf spec, EuclideanRows euclidean) {
    int count = header.get(INT, 0);
    check("lists", count, count >= 1 && count == spec.lists());
    int dimension = euclidean.dimension();
    check("dimensions", header.get(INT, 4), header.get(INT, 4) == dimension);
    int rotated = Rotation.codeBits(dimension);
    check("rotated dimensions", header.get(INT, 8), header.get(INT, 8) == rotated);
    float residual = header.get(FLOAT, 32);
    check("mean residual", residual, residual >= 0 && Float.isFinite(residual));
    long[] words =
        form.section("signs", 8L * Rotation.signWords(dimension))
            .toArray(ValueLayout.JAVA_LONG_UNALIGNED);
    return Centroids.of(
        Rotation.of(dimension, words),
        copy(form.section("mean", 4L * dimension)),
        copy(form.section("centroid", 4L * rotated * count)),
        count,
        residual);
  }

  /** Read at every search: better on lines and pages of its own. */
  private static MemorySegment copy(MemorySegment section) {
    MemorySegment copy = NativeMemory.allocate(section.byteSize());
    MemorySegment.copy(section, 0, copy, 0, section.byteSize());
    return copy;
  }

  private static void check(String what, Object found, boolean sound) {
    if (!sound) {
      throw new DamagedIndexException("its " + what + " cannot be " + found);
    }
  }
}
