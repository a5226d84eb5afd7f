package io.quiver.vector.index;

import java.util.Locale;

/**
 * A kind of index with its parameters, written as {@code hnsw(m=16, ef_construction=200)}. A
 * parameter that is 0 is chosen when the index is built.
 */
public sealed interface IndexSpec {
  /** Reads the written form; what is left out has its default. */
  static IndexSpec parse(String text) {
    IndexParameters parameters = IndexParameters.parse(text);
    IndexSpec spec =
        switch (parameters.kind()) {
          case "flat" -> new Flat();
          case "hnsw" -> Hnsw.of(parameters);
          case "ivf_flat", "ivf_sq8", "ivf_pq", "ivf_rabitq" -> Ivf.of(parameters);
          case "diskann" -> DiskAnn.of(parameters);
          case "auto" -> Auto.of(parameters);
          default ->
              throw new IllegalArgumentException(
                  "\""
                      + parameters.kind()
                      + "\" is no kind of index; there are flat, hnsw, ivf_flat, ivf_sq8, ivf_pq,"
                      + " ivf_rabitq, diskann and auto");
        };
    parameters.checkAllRead();
    return spec;
  }

  /** The kind's name, such as {@code hnsw}. */
  String kind();

  private static int inRange(String name, int value, int least, int greatest) {
    if (value < least || value > greatest) {
      throw new IllegalArgumentException(
          name + " is " + value + ", it must be from " + least + " to " + greatest);
    }
    return value;
  }

  /** All rows, one after the other: exact. */
  record Flat() implements IndexSpec {
    @Override
    public String kind() {
      return "flat";
    }

    @Override
    public String toString() {
      return "flat()";
    }
  }

  /** What stands for a vector while a graph or a list is searched. */
  enum Quantizer {
    /** The vector itself. */
    NONE,
    /** A byte an element. */
    SQ8,
    /** A bit an element, rotated: RaBitQ. */
    RABITQ
  }

  /** Where a graph keeps the codes of a node's neighbours. */
  enum Layout {
    /** Each code once, beside the links: least memory. */
    COMPACT,
    /** In the node's own block, once for each neighbour: one read a hop. */
    FUSED
  }

  /** What the fused layout ranks by exactly. */
  enum Exact {
    FLOAT32,
    /** A byte an element; the last candidates are ranked again by the rows. */
    SQ8
  }

  /**
   * A graph of near neighbours, searched greedily.
   *
   * @param m links of a node; the lowest level has twice as many
   * @param efConstruction candidates kept while a node is linked
   * @param efSearch candidates kept by a search
   */
  record Hnsw(
      int m, int efConstruction, int efSearch, Quantizer quantizer, Layout layout, Exact exact)
      implements IndexSpec {
    public Hnsw {
      inRange("m", m, 2, 128);
      inRange("ef_construction", efConstruction, 4, 10_000);
      inRange("ef_search", efSearch, 1, 100_000);
      if (layout == Layout.FUSED && quantizer != Quantizer.RABITQ) {
        throw new IllegalArgumentException(
            "layout = fused takes quantizer = rabitq, not " + name(quantizer));
      }
      if (layout == Layout.FUSED && m != 16) {
        throw new IllegalArgumentException(
            "layout = fused has 32 links a node: m must be 16, it is " + m);
      }
    }

    static Hnsw of(IndexParameters parameters) {
      Quantizer quantizer = parameters.choice("quantizer", Quantizer.NONE);
      Layout usual = quantizer == Quantizer.RABITQ ? Layout.FUSED : Layout.COMPACT;
      return new Hnsw(
          parameters.integer("m", 16),
          parameters.integer("ef_construction", 200),
          parameters.integer("ef_search", 64),
          quantizer,
          parameters.choice("layout", usual),
          parameters.choice("exact", Exact.FLOAT32));
    }

    @Override
    public String kind() {
      return "hnsw";
    }

    @Override
    public String toString() {
      String rest = quantizer == Quantizer.NONE ? "" : ",layout=" + name(layout);
      if (layout == Layout.FUSED) {
        rest += ",exact=" + name(exact);
      }
      return "hnsw(m=%d,ef_construction=%d,ef_search=%d,quantizer=%s%s)"
          .formatted(m, efConstruction, efSearch, name(quantizer), rest);
    }
  }

  /** What an inverted list keeps of a vector. */
  enum ListCode {
    FLAT,
    SQ8,
    /** Product quantizer of 4 bits a part, scanned by table lookups in registers: FastScan. */
    PQ,
    /** Some bits an element, rotated. */
    RABITQ
  }

  /**
   * Lists of rows around centroids, of which the nearest are scanned.
   *
   * @param lists 0 for about the square root of the rows times four
   * @param probes lists scanned by a search
   * @param bits of an element, from 1 to 8, for {@code rabitq} alone
   * @param parts of a vector, each with a code of 4 bits, for {@code pq} alone; 0 for one of two
   *     dimensions each
   */
  record Ivf(ListCode code, int lists, int probes, int bits, int parts) implements IndexSpec {
    public Ivf {
      inRange("lists", lists, 0, 1 << 20);
      inRange("probes", probes, 1, 1 << 20);
      inRange("bits", bits, 1, 8);
      inRange("parts", parts, 0, 65_535);
    }

    static Ivf of(IndexParameters parameters) {
      ListCode code =
          ListCode.valueOf(parameters.kind().substring("ivf_".length()).toUpperCase(Locale.ROOT));
      return new Ivf(
          code,
          parameters.integer("lists", 0),
          parameters.integer("probes", 16),
          code == ListCode.RABITQ ? parameters.integer("bits", 1) : 1,
          code == ListCode.PQ ? parameters.integer("parts", 0) : 0);
    }

    @Override
    public String kind() {
      return "ivf_" + name(code);
    }

    @Override
    public String toString() {
      String rest =
          switch (code) {
            case FLAT, SQ8 -> "";
            case PQ -> ",parts=" + parts;
            case RABITQ -> ",bits=" + bits;
          };
      return "%s(lists=%d,probes=%d%s)".formatted(kind(), lists, probes, rest);
    }
  }

  /**
   * A graph for rows that are larger than memory: its links and codes of the rows stay in memory
   * and find candidates, and these are read from disk to be ranked.
   *
   * @param degree links of a node
   * @param efConstruction candidates kept while a node is linked
   * @param efSearch candidates kept by a search
   * @param beam pieces of rows, of 4 KiB or as long as a row, that are read at the same time
   */
  record DiskAnn(int degree, int efConstruction, int efSearch, int beam) implements IndexSpec {
    public DiskAnn {
      inRange("degree", degree, 8, 256);
      inRange("ef_construction", efConstruction, 4, 10_000);
      inRange("ef_search", efSearch, 1, 100_000);
      inRange("beam", beam, 1, 64);
    }

    static DiskAnn of(IndexParameters parameters) {
      return new DiskAnn(
          parameters.integer("degree", 32),
          parameters.integer("ef_construction", 200),
          parameters.integer("ef_search", 64),
          parameters.integer("beam", 4));
    }

    @Override
    public String kind() {
      return "diskann";
    }

    @Override
    public String toString() {
      return "diskann(degree=%d,ef_construction=%d,ef_search=%d,beam=%d)"
          .formatted(degree, efConstruction, efSearch, beam);
    }
  }

  /**
   * The kind that serves the rows best.
   *
   * @param recallPercent of the k nearest that a search should find
   * @param memoryMebibytes that the index may keep; 0 for as much as it likes
   */
  record Auto(int recallPercent, int memoryMebibytes) implements IndexSpec {
    public Auto {
      inRange("recall_percent", recallPercent, 1, 100);
      inRange("memory_mib", memoryMebibytes, 0, Integer.MAX_VALUE);
    }

    static Auto of(IndexParameters parameters) {
      return new Auto(
          parameters.integer("recall_percent", 95), parameters.integer("memory_mib", 0));
    }

    @Override
    public String kind() {
      return "auto";
    }

    @Override
    public String toString() {
      return "auto(recall_percent=%d,memory_mib=%d)".formatted(recallPercent, memoryMebibytes);
    }
  }

  private static String name(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
