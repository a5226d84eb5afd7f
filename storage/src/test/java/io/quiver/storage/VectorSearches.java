package io.quiver.storage;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.segment.SegmentDirectory;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.Column;
import io.quiver.vector.Indexes;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

/** Indexes on the vectors of {@link Tables#items}: what they find, and what they leave. */
final class VectorSearches {
  private static final int WANTED = 5;
  private static final int QUERIES = 4;
  private static final double RECALL_MIN = 0.9;

  /** Of what an index finds that is built anew. */
  private static final double RECALL_LOST_MAX = 0.15;

  private static final double DISTANCE_ERROR = 1e-5;

  /** The column {@code embedding}. */
  private static final ColumnId COLUMN = new ColumnId(2);

  private VectorSearches() {}

  static IndexDefinition index(
      Transaction transaction, TableDefinition table, String name, IndexDefinition.Kind kind) {
    return index(transaction, table, name, kind, Map.of());
  }

  static IndexDefinition index(
      Transaction transaction,
      TableDefinition table,
      String name,
      IndexDefinition.Kind kind,
      Map<String, String> options) {
    return new IndexDefinition(
        transaction.newIndex(),
        table.id(),
        name,
        kind,
        List.of(new IndexDefinition.Key(COLUMN, true, false)),
        IndexDefinition.Distance.L2,
        List.of(),
        null,
        options,
        null);
  }

  /** An index of a kind that is drawn. */
  static IndexDefinition draw(
      Transaction transaction, TableDefinition table, String name, Random random) {
    return switch (random.nextInt(7)) {
      case 0 -> index(transaction, table, name, IndexDefinition.Kind.FLAT);
      case 1 -> index(transaction, table, name, IndexDefinition.Kind.HNSW);
      case 2 ->
          index(
              transaction,
              table,
              name,
              IndexDefinition.Kind.HNSW,
              Map.of("quantizer", "rabitq", "m", "16"));
      case 3 ->
          index(transaction, table, name, IndexDefinition.Kind.HNSW, Map.of("quantizer", "sq8"));
      case 4 -> index(transaction, table, name, IndexDefinition.Kind.IVF_FLAT);
      case 5 -> index(transaction, table, name, IndexDefinition.Kind.DISKANN);
      default -> index(transaction, table, name, IndexDefinition.Kind.AUTO);
    };
  }

  /**
   * Searches each segment through its indexes, and compares with all of its rows: the nearest few,
   * and every row that there is.
   *
   * @param all whether each segment that is large enough must have its indexes
   * @return how many segments were searched
   */
  static int check(LocalStore store, boolean all, String when) {
    try (Snapshot snapshot = store.snapshot()) {
      return check(snapshot, all, QUERIES, when);
    }
  }

  /**
   * As {@link #check(LocalStore, boolean, String)}, of a snapshot.
   *
   * @param queries the more, the surer is it that a graph is wrong which finds too little
   */
  static int check(Snapshot snapshot, boolean all, int queries, String when) {
    int searched = 0;
    for (IndexDefinition index : snapshot.catalog().indexes()) {
      if (!index.kind().isVector()) {
        continue;
      }
      for (SegmentView segment : snapshot.table(index.table()).segments()) {
        SegmentVectorIndex found = snapshot.vectorIndex(index, segment);
        if (found != null) {
          search(segment, found, queries, when + ", " + index.name());
          searched++;
        } else if (all && isIndexed(segment)) {
          throw new AssertionError(when + ": no index of " + segment.rowCount() + " rows");
        }
      }
    }
    return searched;
  }

  /** Whether each segment has an index that is large enough. */
  static boolean isBuilt(Snapshot snapshot, IndexDefinition index) {
    return snapshot.table(index.table()).segments().stream()
        .allMatch(segment -> !isIndexed(segment) || snapshot.vectorIndex(index, segment) != null);
  }

  private static boolean isIndexed(SegmentView segment) {
    return segment instanceof TablePart part
        && part.segment() != null
        && part.rowCount() >= IndexedSegments.rowsMin();
  }

  private static void search(
      SegmentView segment, SegmentVectorIndex index, int queries, String when) {
    Column vectors = segment.column(COLUMN);
    RowFilter filter =
        RowFilter.matching(
            index.rowCount(),
            row -> row < segment.rowCount() && isLive(segment, row) && !vectors.isNull(row));
    if (filter.count() == 0) {
      return;
    }
    int[] rows = filter.toArray();
    Random random = new Random(segment.rowCount());
    found(index, vectors, rows[random.nextInt(rows.length)], rows.length, filter, when);
    int[] wanted = new int[queries];
    Arrays.setAll(wanted, i -> rows[random.nextInt(rows.length)]);
    double recall = recall(index, vectors, wanted, filter, when);
    if (recall < RECALL_MIN) {
      // Where few of the rows are live, a graph with few links may do no better.
      double fresh = recall(anew(index), vectors, wanted, filter, when);
      if (recall < fresh - RECALL_LOST_MAX) {
        throw new AssertionError(when + ": recall " + recall + ", built anew " + fresh);
      }
    }
  }

  private static SegmentVectorIndex anew(SegmentVectorIndex index) {
    return new SegmentVectorIndex(
        Indexes.build(index.index().spec(), index.index().rows(), BuildOptions.threads(1)),
        index.rowCount(),
        null,
        index.origin());
  }

  /**
   * The part that is found of the nearest few.
   *
   * @param queries rows whose vectors are searched for
   */
  private static double recall(
      SegmentVectorIndex index, Column vectors, int[] queries, RowFilter filter, String when) {
    int[] rows = filter.toArray();
    int k = Math.min(WANTED, rows.length);
    int hits = 0;
    for (int query : queries) {
      double[] exact =
          Arrays.stream(rows)
              .mapToDouble(row -> distance(vectors, query, row))
              .sorted()
              .limit(k)
              .toArray();
      double farthest = exact[k - 1] * (1 + DISTANCE_ERROR);
      for (int row : found(index, vectors, query, k, filter, when)) {
        hits += distance(vectors, query, row) <= farthest ? 1 : 0;
      }
    }
    return (double) hits / (k * queries.length);
  }

  /**
   * So many rows, none twice, all of those that may be found, with their distances.
   *
   * @param query whose vector is searched for
   */
  private static int[] found(
      SegmentVectorIndex index, Column vectors, int query, int k, RowFilter filter, String when) {
    Neighbors found = new Neighbors();
    SearchRequest request =
        SearchRequest.of(vectors.getVector(query), k, filter.rows()).withFilter(filter);
    index.search(searcher -> {
      searcher.search(request, found);
      return found;
    });
    int[] rows = found.rows();
    if (rows.length != k
        || Arrays.stream(rows).distinct().count() != k
        || !Arrays.stream(rows).allMatch(filter::passes)) {
      throw new AssertionError(when + ": wanted " + k + ", " + Arrays.toString(rows));
    }
    for (int i = 0; i < k; i++) {
      double expected = distance(vectors, query, rows[i]);
      if (Math.abs(found.distance(i) - expected) > DISTANCE_ERROR * (1 + expected)) {
        throw new AssertionError(
            when + ": row " + rows[i] + " is at " + expected + ", not " + found.distance(i));
      }
    }
    return rows;
  }

  private static double distance(Column vectors, int a, int b) {
    float[] left = vectors.getFloats(a);
    float[] right = vectors.getFloats(b);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (left[i] - right[i]) * (left[i] - right[i]);
    }
    return Math.sqrt(sum);
  }

  private static boolean isLive(SegmentView segment, int row) {
    var live = segment.live();
    return live == null || (live.get(ValueLayout.JAVA_BYTE, row >> 3) & (1 << (row & 7))) != 0;
  }

  /**
   * Names files of indexes that nobody has defined, and what was not finished.
   *
   * @param dropped whether those of dropped tables count, which go with their segments
   */
  static List<String> leftovers(FileSystem files, LocalStore store, boolean dropped) {
    List<String> found = new ArrayList<>(files.list("tmp").stream().map("tmp/"::concat).toList());
    try (Snapshot snapshot = store.snapshot()) {
      Set<IndexId> known = new HashSet<>();
      Set<UUID> segments = new HashSet<>();
      for (TableDefinition table : snapshot.catalog().tables()) {
        snapshot.catalog().indexesOf(table.id()).forEach(index -> known.add(index.id()));
        snapshot.table(table.id()).segments().stream()
            .map(segment -> ((TablePart) segment).segment())
            .filter(Objects::nonNull)
            .forEach(segments::add);
      }
      for (UUID segment : SegmentDirectory.list(files)) {
        for (IndexId index : SegmentDirectory.indexes(files, segment)) {
          if (!known.contains(index) && (dropped || segments.contains(segment))) {
            found.add(SegmentDirectory.indexFile(segment, index));
          }
        }
      }
    }
    return found;
  }

  static List<String> leftovers(FileSystem files, LocalStore store) {
    return leftovers(files, store, true);
  }
}
