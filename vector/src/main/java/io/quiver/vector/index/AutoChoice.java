package io.quiver.vector.index;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.memory.NativeMemory;
import java.util.List;
import java.util.Locale;

/**
 * Chooses the kind of index that answers fastest within a memory, and says why.
 *
 * <p>Few rows are scanned. Otherwise it is a graph, as rich as the memory allows: codes fused into
 * the nodes, then with a byte an element in place of floats, then codes kept once for each node, of
 * a byte and of a bit an element; at last a graph on disk. Metrics that codes do not estimate, and
 * vectors too short for codes of a bit, get a graph over the rows themselves.
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

  /** Of a node on the lowest level, and a sixteenth of it again for those above. */
  private static final int LINK_BYTES = 4 * 32 + 4 * 32 / 16 + 8;

  /** Of the 32 neighbours that a fused node has: two factors and the number, each 4 bytes. */
  private static final int FUSED_NEIGHBOR_BYTES = 32 * 12;

  /** What searches for the codes of a row need beside the code itself. */
  private static final int CODE_FACTOR_BYTES = 8;

  private static final int M = 16;

  /** A kind that may be chosen, and what it keeps in memory. */
  private record Candidate(IndexSpec spec, double bytes, String name) {}

  /**
   * Chooses.
   *
   * @param wish the recall wanted and the memory that the index may keep
   * @param bytesMax another bound of that memory
   */
  public static AutoChoice of(IndexSpec.Auto wish, VectorRows rows, long bytesMax) {
    return of(wish, rows.count(), rows.dimension(), rows.encoding(), rows.metric(), bytesMax);
  }

  static AutoChoice of(
      IndexSpec.Auto wish,
      int count,
      int dimension,
      Encoding encoding,
      Metric metric,
      long bytesMax) {
    double rowBytes = (double) count * encoding.bytes(dimension);
    String what = String.format(Locale.ROOT, "%,d rows of %,d %s", count, dimension, encoding);
    if (count <= SCANNED_ROWS_MAX || rowBytes <= SCANNED_BYTES_MAX) {
      return new AutoChoice(
          new IndexSpec.Flat(),
          what + " are few enough to be scanned: exactly, and without a build.");
    }
    double allowed =
        wish.memoryMebibytes() == 0
            ? (double) bytesMax
            : Math.min((double) bytesMax, wish.memoryMebibytes() * 1048576.0);
    Tuning tuning = Tuning.of(wish.recallPercent());
    boolean bits =
        encoding != Encoding.BINARY && metric != Metric.L1 && dimension >= DIMENSION_FOR_BITS_MIN;
    List<Candidate> candidates =
        bits
            ? coded(tuning, count, dimension, encoding)
            : withoutBits(tuning, count, dimension, metric, rowBytes);
    return fastestThatFits(
        candidates, allowed, what, bits ? "" : reasonAgainstBits(encoding, metric));
  }

  private static String reasonAgainstBits(Encoding encoding, Metric metric) {
    if (encoding == Encoding.BINARY) {
      return ", whose bits no code makes smaller";
    }
    return metric == Metric.L1
        ? ", whose distance no code estimates"
        : ", too few dimensions for codes of a bit";
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
  }

  /** From the fastest to the smallest. */
  private static List<Candidate> coded(Tuning tuning, int count, int dimension, Encoding encoding) {
    double codeBytes = (dimension + 63L & -64L) / 8.0;
    double fused = 32 * codeBytes + FUSED_NEIGHBOR_BYTES;
    Candidate fusedFloats =
        new Candidate(
            hnsw(
                tuning,
                IndexSpec.Quantizer.RABITQ,
                IndexSpec.Layout.FUSED,
                IndexSpec.Exact.FLOAT32),
            (double) count * NativeMemory.align(4L * dimension) + count * fused,
            "a graph with codes fused into its nodes");
    Candidate fusedBytes =
        new Candidate(
            hnsw(tuning, IndexSpec.Quantizer.RABITQ, IndexSpec.Layout.FUSED, IndexSpec.Exact.SQ8),
            (double) count * NativeMemory.align(dimension) + count * fused,
            "a graph with codes fused into its nodes, a byte an element beside them");
    Candidate bytes = bytes(tuning, count, dimension);
    Candidate single =
        new Candidate(
            hnsw(
                tuning,
                IndexSpec.Quantizer.RABITQ,
                IndexSpec.Layout.COMPACT,
                IndexSpec.Exact.FLOAT32),
            count * (codeBytes + CODE_FACTOR_BYTES + LINK_BYTES),
            "a graph over codes of a bit an element");
    Candidate disk = disk(tuning, count, dimension);
    // Bytes are their own codes: keeping floats of them would only make the nodes larger.
    return encoding == Encoding.INT8
        ? List.of(fusedBytes, bytes, single, disk)
        : List.of(fusedFloats, fusedBytes, bytes, single, disk);
  }

  private static Candidate plain(Tuning tuning, int count, double rowBytes) {
    return new Candidate(
        hnsw(tuning, IndexSpec.Quantizer.NONE, IndexSpec.Layout.COMPACT, IndexSpec.Exact.FLOAT32),
        rowBytes + (double) count * LINK_BYTES,
        "a graph over the rows");
  }

  /** From the fastest to the smallest. */
  private static List<Candidate> withoutBits(
      Tuning tuning, int count, int dimension, Metric metric, double rowBytes) {
    Candidate plain = plain(tuning, count, rowBytes);
    return switch (metric) {
      case L2, L2_SQUARED, COSINE, NEGATIVE_INNER_PRODUCT ->
          List.of(plain, bytes(tuning, count, dimension), disk(tuning, count, dimension));
      case L1, HAMMING, JACCARD ->
          List.of(
              plain, new Candidate(new IndexSpec.Flat(), 0, "a scan of the rows where they are"));
    };
  }

  private static Candidate bytes(Tuning tuning, int count, int dimension) {
    return new Candidate(
        hnsw(tuning, IndexSpec.Quantizer.SQ8, IndexSpec.Layout.COMPACT, IndexSpec.Exact.FLOAT32),
        (double) count * (NativeMemory.align(dimension) + CODE_FACTOR_BYTES + LINK_BYTES),
        "a graph over codes of a byte an element");
  }

  private static Candidate disk(Tuning tuning, int count, int dimension) {
    return new Candidate(
        new IndexSpec.DiskAnn(32, tuning.efConstruction, tuning.efSearch, 4),
        count * (dimension / 8.0 + CODE_FACTOR_BYTES),
        "a graph on disk");
  }

  private static IndexSpec hnsw(
      Tuning tuning,
      IndexSpec.Quantizer quantizer,
      IndexSpec.Layout layout,
      IndexSpec.Exact exact) {
    return new IndexSpec.Hnsw(M, tuning.efConstruction, tuning.efSearch, quantizer, layout, exact);
  }

  private static AutoChoice fastestThatFits(
      List<Candidate> candidates, double allowed, String what, String remark) {
    Candidate last = candidates.getLast();
    for (Candidate candidate : candidates) {
      if (candidate.bytes <= allowed) {
        String limit = allowed >= Long.MAX_VALUE ? "" : " of the " + size(allowed) + " allowed";
        return new AutoChoice(
            candidate.spec,
            what
                + remark
                + ": "
                + candidate.name
                + " takes "
                + size(candidate.bytes)
                + limit
                + (candidate.equals(candidates.getFirst())
                    ? " and is the fastest."
                    : ", the fastest that fits."));
      }
    }
    return new AutoChoice(
        last.spec,
        what
            + remark
            + ": nothing fits into the "
            + size(allowed)
            + " allowed; "
            + last.name
            + " takes the least, "
            + size(last.bytes)
            + ".");
  }

  private static String size(double bytes) {
    return bytes < 1L << 30
        ? String.format(Locale.ROOT, "%.0f MiB", bytes / (1L << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (1L << 30));
  }
}
