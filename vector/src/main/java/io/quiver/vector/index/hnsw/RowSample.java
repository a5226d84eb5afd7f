package io.quiver.vector.index.hnsw;

import io.quiver.vector.distance.PointDistances;

/**
 * Tells how far out a distance is: which part of all rows is nearer. It looks at rows from all over
 * the table, and belongs to one thread.
 */
final class RowSample {
  /** Enough to tell one part in fifty from a fifth of that. */
  private static final int ROWS = 128;

  private final GraphRows rows;
  private final PointDistances distances;
  private final int[] sample = new int[ROWS];
  private final float[] sampleDistances = new float[ROWS + PointDistances.PADDING];

  RowSample(GraphRows rows, PointDistances distances) {
    this.rows = rows;
    this.distances = distances;
  }

  /** The part of the present rows, from 0 to 1, that are nearer to the point. */
  double nearerThan(float distance) {
    int all = rows.rows().count();
    int count = 0;
    for (int i = 0; i < ROWS; i++) {
      int row = (int) ((long) i * all / ROWS);
      if (rows.present().contains(row)) {
        sample[count++] = row;
      }
    }
    distances.to(sample, count, sampleDistances);
    int nearer = 0;
    for (int i = 0; i < count; i++) {
      nearer += sampleDistances[i] < distance ? 1 : 0;
    }
    return count == 0 ? 0 : (double) nearer / count;
  }
}
