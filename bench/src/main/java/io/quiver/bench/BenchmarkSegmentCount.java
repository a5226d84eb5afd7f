package io.quiver.bench;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * How much longer does a search through a vector index take where the rows are in several segments
 * than where all are in one?
 *
 * <p>The same rows in two stores, whose searches follow each other by turns, without SQL.
 *
 * <p>Arguments: rows (100000), dimensions (128), segments (10), searches of each (5000).
 */
public final class BenchmarkSegmentCount {
  private static final int K = 10;
  private static final int CLUSTERS = 200;
  private static final int COMMIT_ROWS = 2_000;
  private static final int ROUNDS = 4;
  private static final int CHECKED = 100;

  private final int rows;
  private final int dimension;
  private final Random random = new Random(1);
  private final float[][] centers = new float[CLUSTERS][];
  private final float[][] vectors;

  private BenchmarkSegmentCount(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
    for (int i = 0; i < CLUSTERS; i++) {
      centers[i] = near(new float[dimension]);
    }
    this.vectors = new float[rows][];
    for (int row = 0; row < rows; row++) {
      vectors[row] = near(centers[random.nextInt(CLUSTERS)]);
    }
  }

  private float[] near(float[] center) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = center[i] + (float) random.nextGaussian();
    }
    return vector;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 128;
    int segments = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10;
    int searches = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 5_000;
    new BenchmarkSegmentCount(rows, dimension).run(segments, searches);
  }

  private void run(int segments, int searches) {
    try (LocalStore one = filled(1);
        LocalStore several = filled(segments)) {
      for (int round = 0; round < ROUNDS; round++) {
        long[] ofOne = new long[searches];
        long[] ofSeveral = new long[searches];
        for (int i = 0; i < searches; i++) {
          float[] query = near(centers[random.nextInt(CLUSTERS)]);
          long begin = System.nanoTime();
          search(one, query);
          long middle = System.nanoTime();
          search(several, query);
          ofOne[i] = middle - begin;
          ofSeveral[i] = System.nanoTime() - middle;
        }
        System.out.printf(
            Locale.ROOT,
            "p50 in one segment %.1f us, in %d %.1f us: %.2f times%n",
            median(ofOne) / 1e3,
            segments,
            median(ofSeveral) / 1e3,
            median(ofSeveral) / median(ofOne));
      }
      System.out.printf(Locale.ROOT, "recall %.3f and %.3f%n", recall(one), recall(several));
    }
  }

  private double recall(LocalStore store) {
    int hits = 0;
    for (int i = 0; i < CHECKED; i++) {
      float[] query = near(centers[random.nextInt(CLUSTERS)]);
      double[] distances = new double[rows];
      Arrays.setAll(distances, row -> squared(query, vectors[row]));
      Arrays.sort(distances);
      for (long row : search(store, query)) {
        hits += squared(query, vectors[(int) row]) <= distances[K - 1] ? 1 : 0;
      }
    }
    return (double) hits / (CHECKED * K);
  }

  private static double squared(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (a[i] - b[i]) * (a[i] - b[i]);
    }
    return sum;
  }

  private static double median(long[] nanos) {
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  private LocalStore filled(int segments) {
    LocalStore store =
        LocalStore.open(
            new StoreOptions(new MemoryFileSystem(), new Random(segments), 1L << 40, false));
    new VectorTable(store, dimension).create();
    try (Transaction transaction = store.begin(IsolationLevel.READ_COMMITTED, false)) {
      transaction.change(
          new CatalogChange.PutIndex(
              new IndexDefinition(
                  transaction.newIndex(),
                  VectorTable.TABLE,
                  "t_v",
                  IndexDefinition.Kind.HNSW,
                  List.of(new IndexDefinition.Key(VectorTable.VECTOR, false, false)),
                  IndexDefinition.Distance.L2,
                  List.of(),
                  null,
                  Map.of(),
                  null)));
      transaction.commit();
    }
    int each = (rows + segments - 1) / segments;
    for (int from = 0; from < rows; from += each) {
      insert(store, from, Math.min(rows, from + each));
      store.flush();
      // A flush leaves segments alone that have one.
      store.buildIndexes();
    }
    try (Snapshot snapshot = store.snapshot()) {
      int found = snapshot.table(VectorTable.TABLE).segments().size();
      if (found != segments) {
        throw new IllegalStateException(found + " segments, not " + segments);
      }
    }
    return store;
  }

  private void insert(LocalStore store, int from, int to) {
    VectorTable table = new VectorTable(store, dimension);
    for (int first = from; first < to; first += COMMIT_ROWS) {
      table.insert(vectors, first, Math.min(to, first + COMMIT_ROWS));
    }
  }

  private List<Long> search(LocalStore store, float[] query) {
    List<Long> found = new ArrayList<>(K);
    new VectorTable(store, dimension).search(query, K, found::add);
    if (found.size() != K) {
      throw new IllegalStateException(found.size() + " rows came, not " + K);
    }
    return found;
  }
}
