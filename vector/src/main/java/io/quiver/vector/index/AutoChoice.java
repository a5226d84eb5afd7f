package io.quiver.vector.index;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Chooses the kind of index that answers fastest within a memory, and says why.
 *
 * <p>Few rows are scanned. Otherwise it is a graph, as rich as the memory allows: codes fused into
 * the nodes; then with a byte an element in place of floats; then codes of a byte kept once for
 * each node; then rows that are read from disk, many at a time, after a search over codes of some
 * bits; at last codes of a bit. Metrics that codes do not estimate, vectors of too few dimensions
 * for codes of a bit, and products of vectors of unlike lengths get a graph over the rows
 * themselves.
 *
 * @param spec never of the kind {@code auto}
 * @param reason a sentence for users
 */
public record AutoChoice(IndexSpec spec, String reason) {
  /** So many rows of 768 floats are scanned in about a millisecond. */
  static final int SCANNED_ROWS_MAX = 10_000;

  /** So many bytes of rows are scanned from a processor's caches in about 0.2 ms. */
  static final long SCANNED_BYTES_MAX = 4L << 20;

  /**
   * The error of a bit an element falls with the root of the dimension; below, it hides too much.
   */
  static final int DIMENSION_FOR_BITS_MIN = 64;

  /**
   * Chooses.
   *
   * @param wish the recall wanted and the memory that the index may keep
   * @param options what the build may take
   */
  public static AutoChoice of(IndexSpec.Auto wish, VectorRows rows, BuildOptions options) {
    return of(wish, RowShape.of(rows, options.threads()), (double) options.memoryBytesMax());
  }

  static AutoChoice of(IndexSpec.Auto wish, RowShape shape, double buildBytesMax) {
    if (shape.count() <= SCANNED_ROWS_MAX || shape.rowBytes() <= SCANNED_BYTES_MAX) {
      return new AutoChoice(
          new IndexSpec.Flat(),
          shape + " are few enough to be scanned: exactly, and without a build.");
    }
    Tuning tuning = Tuning.of(wish.recallPercent());
    String against = reasonAgainstBits(shape);
    boolean bits = against.isEmpty();
    double keptBytesMax =
        wish.memoryMebibytes() == 0 ? Double.POSITIVE_INFINITY : wish.memoryMebibytes() * 1048576.0;
    return fastestThatFits(
        bits ? withBits(tuning, shape) : withoutBits(tuning, shape),
        keptBytesMax,
        buildBytesMax,
        shape + against);
  }

  /** Why codes of a bit an element would not serve; empty where they do. */
  private static String reasonAgainstBits(RowShape shape) {
    if (!shape.hasNumbers()) {
      return ", whose bits no code makes smaller";
    }
    if (shape.metric() == Metric.L1) {
      return ", whose distance no code estimates";
    }
    if (shape.dimension() < DIMENSION_FOR_BITS_MIN) {
      return ", too few dimensions for codes of a bit";
    }
    return shape.metric() == Metric.NEGATIVE_INNER_PRODUCT && shape.lengthsDiffer()
        ? ", whose products depend on lengths that no code of a bit has"
        : "";
  }

  /** What a recall asks of a graph, about; {@link Effort#recall} asks for it by measurement. */
  private record Tuning(int efConstruction, int efSearch) {
    static Tuning of(int recallPercent) {
      if (recallPercent <= 90) {
        return new Tuning(200, 40);
      }
      if (recallPercent <= 95) {
        return new Tuning(200, 64);
      }
      return recallPercent <= 98 ? new Tuning(200, 128) : new Tuning(400, 256);
    }

    IndexSpec hnsw(IndexSpec.Quantizer quantizer, IndexSpec.Layout layout, IndexSpec.Exact exact) {
      return new IndexSpec.Hnsw(16, efConstruction, efSearch, quantizer, layout, exact);
    }
  }

  /**
   * A kind that may be chosen.
   *
   * @param keptBytes of memory that it keeps
   * @param buildBytes that its build takes beyond the rows, with what it keeps
   */
  private record Candidate(IndexSpec spec, double keptBytes, double buildBytes, String name) {}

  /** From the fastest to the smallest. */
  private static List<Candidate> withBits(Tuning tuning, RowShape shape) {
    Candidate floats =
        new Candidate(
            tuning.hnsw(
                IndexSpec.Quantizer.RABITQ, IndexSpec.Layout.FUSED, IndexSpec.Exact.FLOAT32),
            shape.fusedFloatBytes(),
            shape.fusedBuildBytes(),
            "a graph with codes fused into its nodes");
    Candidate bytes =
        new Candidate(
            tuning.hnsw(IndexSpec.Quantizer.RABITQ, IndexSpec.Layout.FUSED, IndexSpec.Exact.SQ8),
            shape.fusedByteBytes(),
            Math.max(shape.fusedBuildBytes(), shape.fusedFloatBytes() + shape.fusedByteBytes()),
            "a graph with codes fused into its nodes, a byte an element beside them");
    Candidate bits =
        compact(
            tuning, IndexSpec.Quantizer.RABITQ, shape, shape.bitCodeBytes(), "a bit an element");
    List<Candidate> smaller = List.of(bytes, byteCodes(tuning, shape), disk(tuning, shape), bits);
    if (shape.encoding() == Encoding.INT8) {
      // Bytes are their own codes: keeping floats of them would only make the nodes larger.
      return smaller;
    }
    List<Candidate> all = new ArrayList<>(smaller);
    all.addFirst(floats);
    return all;
  }

  /** From the fastest to the smallest. */
  private static List<Candidate> withoutBits(Tuning tuning, RowShape shape) {
    Candidate plain =
        new Candidate(
            tuning.hnsw(
                IndexSpec.Quantizer.NONE, IndexSpec.Layout.COMPACT, IndexSpec.Exact.FLOAT32),
            shape.rowBytes() + shape.linkBytes(),
            shape.linkBytes() + shape.linkingBytes(),
            "a graph over the rows");
    return switch (shape.metric()) {
      case L2, L2_SQUARED, COSINE, NEGATIVE_INNER_PRODUCT ->
          List.of(plain, byteCodes(tuning, shape), disk(tuning, shape));
      case L1, HAMMING, JACCARD ->
          List.of(
              plain,
              new Candidate(new IndexSpec.Flat(), 0, 0, "a scan of the rows where they are"));
    };
  }

  private static Candidate byteCodes(Tuning tuning, RowShape shape) {
    return compact(
        tuning, IndexSpec.Quantizer.SQ8, shape, shape.byteCodeBytes(), "a byte an element");
  }

  private static Candidate compact(
      Tuning tuning, IndexSpec.Quantizer quantizer, RowShape shape, double codeBytes, String code) {
    double kept = shape.linkBytes() + codeBytes;
    return new Candidate(
        tuning.hnsw(quantizer, IndexSpec.Layout.COMPACT, IndexSpec.Exact.FLOAT32),
        kept,
        kept + shape.linkingBytes(),
        "a graph over codes of " + code);
  }

  private static Candidate disk(Tuning tuning, RowShape shape) {
    return new Candidate(
        new IndexSpec.DiskAnn(32, tuning.efConstruction, tuning.efSearch, 4),
        shape.diskBytes(),
        shape.diskBytes() + shape.linkBytes() + shape.linkingBytes(),
        "a graph and codes in memory with the rows on disk");
  }

  private static AutoChoice fastestThatFits(
      List<Candidate> candidates, double keptBytesMax, double buildBytesMax, String what) {
    for (Candidate candidate : candidates) {
      if (candidate.keptBytes <= keptBytesMax && candidate.buildBytes <= buildBytesMax) {
        String limit =
            keptBytesMax == Double.POSITIVE_INFINITY
                ? ""
                : " of the " + size(keptBytesMax) + " allowed";
        String rank =
            candidate.equals(candidates.getFirst())
                ? " and is the fastest."
                : ", the fastest that fits.";
        return new AutoChoice(
            candidate.spec,
            what + ": " + candidate.name + " takes " + size(candidate.keptBytes) + limit + rank);
      }
    }
    Candidate least = candidates.getLast();
    return new AutoChoice(
        least.spec,
        what
            + ": nothing fits into the memory allowed; "
            + least.name
            + " takes the least, "
            + size(least.keptBytes)
            + ", and "
            + size(least.buildBytes)
            + " to build.");
  }

  private static String size(double bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.0f MiB", bytes / (1L << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (1L << 30));
  }
}
