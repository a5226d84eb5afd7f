package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import java.util.Arrays;

/** Gives the last candidates their exact distances and their order. It belongs to one thread. */
final class ExactRanking {
  private final VectorRows rows;
  private int[] candidates = new int[64];
  private double[] distances = new double[64];
  private int size;

  ExactRanking(VectorRows rows) {
    this.rows = rows;
  }

  void clear() {
    size = 0;
  }

  int size() {
    return size;
  }

  void add(int row) {
    if (size == candidates.length) {
      candidates = Arrays.copyOf(candidates, 2 * size);
      distances = new double[2 * size];
    }
    candidates[size++] = row;
  }

  /** Adds the nearest of the candidates to the result: k at most, and within the radius. */
  void finish(SearchRequest request, Neighbors into) {
    DistanceKernels.get(rows.encoding())
        .distances(rows.metric(), request.query(), rows.block(), candidates, size, distances);
    sort();
    int count = Math.min(size, request.k());
    for (int i = 0; i < count && distances[i] <= request.radius(); i++) {
      into.add(candidates[i], distances[i]);
    }
  }

  // They come nearly in order, so that insertion sort passes over them about once.
  private void sort() {
    for (int i = 1; i < size; i++) {
      double distance = distances[i];
      int row = candidates[i];
      int k = i - 1;
      while (k >= 0
          && (distances[k] > distance || (distances[k] == distance && candidates[k] > row))) {
        distances[k + 1] = distances[k];
        candidates[k + 1] = candidates[k];
        k--;
      }
      distances[k + 1] = distance;
      candidates[k + 1] = row;
    }
  }
}
