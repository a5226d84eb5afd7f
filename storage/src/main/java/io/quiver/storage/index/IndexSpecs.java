package io.quiver.storage.index;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.SqlType;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a vector index of the catalog is in the words of the vector library. */
public final class IndexSpecs {
  private static final int M = 16;
  private static final int EF_CONSTRUCTION = 200;
  private static final int EF_SEARCH = 64;
  private static final int PROBES = 16;
  private static final int DEGREE = 32;
  private static final int BEAM = 4;
  private static final int RECALL_PERCENT = 95;

  private IndexSpecs() {}

  /**
   * The kind and its parameters.
   *
   * @throws IllegalArgumentException for a scalar index, and for options that the library has not
   */
  public static IndexSpec of(IndexDefinition index) {
    Map<String, String> options = index.options();
    return switch (index.kind()) {
      case FLAT -> {
        only(options, "quantizer", "none");
        yield new IndexSpec.Flat();
      }
      case HNSW -> hnsw(options);
      case IVF_FLAT -> ivf(IndexSpec.ListCode.FLAT, options);
      case IVF_SQ8 -> ivf(IndexSpec.ListCode.SQ8, options);
      case IVF_PQ -> {
        only(options, "bits", "4");
        yield ivf(IndexSpec.ListCode.PQ, options);
      }
      case IVF_RABITQ -> ivf(IndexSpec.ListCode.RABITQ, options);
      case DISKANN ->
          new IndexSpec.DiskAnn(
              number(options, "max_degree", DEGREE),
              number(options, "search_list_size", EF_CONSTRUCTION),
              number(options, "ef_search", EF_SEARCH),
              number(options, "beam", BEAM));
      case AUTO ->
          new IndexSpec.Auto(
              number(options, "recall_percent", RECALL_PERCENT), number(options, "memory_mib", 0));
      case SCALAR, BTREE, BITMAP ->
          throw new IllegalArgumentException(index.name() + " is no index on vectors");
    };
  }

  /**
   * Refuses a kind whose parameters do not serve a column, by building it over a row.
   *
   * @throws IllegalArgumentException saying why
   */
  public static void check(IndexDefinition index, SqlType.Vector type) {
    Encoding encoding = encoding(type.element());
    int bytes = encoding.bytes(type.dimension());
    // A row without a direction would have no cosine.
    MemorySegment row = Arena.ofAuto().allocate(bytes, 64);
    row.fill((byte) 1);
    RowBlock block = RowBlock.packed(row, type.dimension(), encoding);
    Metric metric = metric(Objects.requireNonNull(index.distance()));
    Indexes.build(of(index), new VectorRows(metric, block, 1), BuildOptions.threads(1));
  }

  private static IndexSpec hnsw(Map<String, String> options) {
    int m = number(options, "m", M);
    IndexSpec.Quantizer quantizer =
        switch (options.getOrDefault("quantizer", "none")) {
          case "sq8" -> IndexSpec.Quantizer.SQ8;
          case "rabitq" -> IndexSpec.Quantizer.RABITQ;
          default -> IndexSpec.Quantizer.NONE;
        };
    return new IndexSpec.Hnsw(
        m,
        number(options, "ef_construction", EF_CONSTRUCTION),
        number(options, "ef_search", EF_SEARCH),
        quantizer,
        switch (options.getOrDefault("layout", "")) {
          case "fused" -> IndexSpec.Layout.FUSED;
          case "compact" -> IndexSpec.Layout.COMPACT;
          default ->
              quantizer == IndexSpec.Quantizer.RABITQ && m == M
                  ? IndexSpec.Layout.FUSED
                  : IndexSpec.Layout.COMPACT;
        },
        options.getOrDefault("exact", "float32").equals("sq8")
            ? IndexSpec.Exact.SQ8
            : IndexSpec.Exact.FLOAT32);
  }

  private static IndexSpec ivf(IndexSpec.ListCode code, Map<String, String> options) {
    return new IndexSpec.Ivf(
        code,
        number(options, "lists", 0),
        number(options, "probes", PROBES),
        code == IndexSpec.ListCode.RABITQ ? number(options, "bits", 1) : 1,
        code == IndexSpec.ListCode.PQ ? number(options, "subvectors", 0) : 0);
  }

  private static void only(Map<String, String> options, String name, String value) {
    String found = options.getOrDefault(name, value);
    if (!found.equals(value)) {
      throw new IllegalArgumentException(name + " is " + found + ", it must be " + value);
    }
  }

  private static int number(Map<String, String> options, String name, int otherwise) {
    String value = options.get(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  /** What a distance of the catalog is among those of the kernels. */
  public static Metric metric(IndexDefinition.Distance distance) {
    return switch (distance) {
      case L2 -> Metric.L2;
      case INNER_PRODUCT -> Metric.NEGATIVE_INNER_PRODUCT;
      case COSINE -> Metric.COSINE;
      case L1 -> Metric.L1;
      case HAMMING -> Metric.HAMMING;
      case JACCARD -> Metric.JACCARD;
    };
  }

  /** The type of the vectors of an index; null where its column has none. */
  public static SqlType.@Nullable Vector type(IndexDefinition index, TableDefinition table) {
    SqlType type = table.column(index.keys().getFirst().column()).type();
    return type instanceof SqlType.Vector vectors ? vectors : null;
  }

  /** How a column has its vectors in memory. */
  public static Encoding encoding(SqlType.Element element) {
    return switch (element) {
      case FLOAT32 -> Encoding.FLOAT32;
      case FLOAT16 -> Encoding.FLOAT16;
      case BFLOAT16 -> Encoding.BFLOAT16;
      case INT8 -> Encoding.INT8;
      case BINARY -> Encoding.BINARY;
    };
  }
}
