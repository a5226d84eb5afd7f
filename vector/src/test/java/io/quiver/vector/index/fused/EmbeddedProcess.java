package io.quiver.vector.index.fused;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.Prefetch;
import java.util.Locale;

/**
 * Builds and searches in a JVM that was started otherwise than the tests', and prints what came.
 */
final class EmbeddedProcess {
  private static final int ROWS = 1500;

  private EmbeddedProcess() {}

  public static void main(String[] arguments) {
    String access = AbsoluteMemory.ALL == null ? "segments" : "addresses";
    StringBuilder line = new StringBuilder(access);
    line.append(Prefetch.ENABLED ? " prefetch" : " plain");
    for (String exact : new String[] {"float32", "sq8"}) {
      FusedSample sample = FusedSample.of(Metric.L2, Encoding.FLOAT32, ROWS, 40, 1);
      VectorIndex index =
          Indexes.build(
              FusedSample.spec(",exact=" + exact), sample.rows(), BuildOptions.threads(2));
      VectorIndex opened = Indexes.open(FusedIndexTest.written(index), sample.rows());
      for (int nth : new int[] {1, 3}) {
        RowFilter filter =
            nth == 1 ? RowFilter.all(ROWS) : RowFilter.matching(ROWS, row -> row % nth == 0);
        double recall = 0;
        Neighbors found = new Neighbors();
        for (int query = 0; query < sample.queryCount(); query++) {
          opened
              .searcher()
              .search(SearchRequest.of(sample.query(query), 10, ROWS).withFilter(filter), found);
          recall += FusedSample.recall(found, sample.nearest(query, 10, filter));
        }
        line.append(String.format(Locale.ROOT, " %.3f", recall / sample.queryCount()));
      }
    }
    System.out.println(line);
  }
}
