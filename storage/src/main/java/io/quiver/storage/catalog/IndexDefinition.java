package io.quiver.storage.catalog;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An index as the catalog holds it. Indexes are built segment by segment.
 *
 * @param name unique in the schema of its table
 * @param distance what a vector index serves; null for a scalar index
 * @param include columns that are kept beside the index
 * @param predicateSql the condition of a partial index, which is on vectors: it has the rows for
 *     which the condition is true
 * @param options by their canonical names, checked for range
 * @param comment what COMMENT ON INDEX said
 */
public record IndexDefinition(
    IndexId id,
    TableId table,
    String name,
    Kind kind,
    List<Key> keys,
    @Nullable Distance distance,
    List<ColumnId> include,
    @Nullable String predicateSql,
    Map<String, String> options,
    @Nullable String comment) {
  public IndexDefinition {
    keys = List.copyOf(keys);
    include = List.copyOf(include);
    options = Collections.unmodifiableMap(new TreeMap<>(options));
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("index " + name + " has no column");
    }
  }

  /** What an index is built as. */
  public enum Kind {
    /** A scalar index: in each segment BITMAP or BTREE, by how many values there are. */
    SCALAR,
    /** Scalar keys in order. */
    BTREE,
    /** A bitmap for each value of one scalar column. */
    BITMAP,
    /** All vectors, one after the other. */
    FLAT,
    HNSW,
    IVF_FLAT,
    IVF_SQ8,
    IVF_PQ,
    IVF_RABITQ,
    DISKANN,
    /** A vector index whose kind Quiver chooses. */
    AUTO;

    public boolean isVector() {
      return switch (this) {
        case SCALAR, BTREE, BITMAP -> false;
        case FLAT, HNSW, IVF_FLAT, IVF_SQ8, IVF_PQ, IVF_RABITQ, DISKANN, AUTO -> true;
      };
    }

    /** As SQL writes it. */
    public String sqlName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The distance that a vector index is built for. */
  public enum Distance {
    L2,
    INNER_PRODUCT,
    COSINE,
    L1,
    HAMMING,
    JACCARD
  }

  /** A column of the key. */
  public record Key(ColumnId column, boolean descending, boolean nullsFirst) {}

  public IndexDefinition withComment(@Nullable String other) {
    return new IndexDefinition(
        id, table, name, kind, keys, distance, include, predicateSql, options, other);
  }

  /** Whether segments get it: a scalar index of all rows. */
  public boolean isBuilt() {
    return !kind.isVector() && predicateSql == null;
  }

  /** Whether the index reads a column. */
  public boolean reads(ColumnId column) {
    return include.contains(column) || keys.stream().anyMatch(key -> key.column().equals(column));
  }
}
