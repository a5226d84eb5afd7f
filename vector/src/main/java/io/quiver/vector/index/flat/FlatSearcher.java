package io.quiver.vector.index.flat;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.SearchStatistics;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the rows block by block. Several searches take turns on each block while it is in the
 * processor's cache.
 */
final class FlatSearcher implements VectorSearcher {
  /** Half of a second-level cache of 256 KiB, the smallest that is common. */
  private static final int BLOCK_BYTES = 128 << 10;

  private static final int WORD_ROWS = 64;
  private static final int BLOCK_ROWS_MAX = 1024;

  /** A call of a kernel costs about as much as a few rows, so it gets at least so many. */
  private static final int KERNEL_ROWS_MIN = 64;

  private final VectorRows rows;
  private final int blockRows;
  private final List<Scan> scans = new ArrayList<>();
  private long blocks;
  private long distances;

  FlatSearcher(VectorRows rows) {
    this.rows = rows;
    long rowBytes = Math.max(1, rows.block().stride());
    this.blockRows = Math.clamp(BLOCK_BYTES / rowBytes, WORD_ROWS, BLOCK_ROWS_MAX) & -WORD_ROWS;
  }

  @Override
  public void search(SearchRequest request, Neighbors into) {
    begin(0, request);
    pass(1);
    scans.getFirst().nearest.drainTo(into);
  }

  @Override
  public void search(List<SearchRequest> requests, List<Neighbors> into) {
    for (int i = 0; i < requests.size(); i++) {
      begin(i, requests.get(i));
    }
    pass(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      scans.get(i).nearest.drainTo(into.get(i));
    }
  }

  @Override
  public SearchStatistics statistics() {
    return new SearchStatistics("exact", blocks, distances, 0, 0);
  }

  private void begin(int scan, SearchRequest request) {
    request.checkFilter(rows.count());
    if (scan == scans.size()) {
      scans.add(new Scan(blockRows));
    }
    scans.get(scan).begin(request);
  }

  private void pass(int count) {
    // One for the whole pass: those that take over later may differ in the last digit.
    DistanceKernels kernels = DistanceKernels.get(rows.encoding());
    blocks = 0;
    distances = 0;
    int to;
    for (int from = 0; from < rows.count(); from = to) {
      to = (int) Math.min(rows.count(), (long) from + blockRows);
      RowBlock all = rows.block();
      RowBlock block =
          new RowBlock(
              all.memory(), all.position(from), all.stride(), all.dimension(), all.encoding());
      for (int i = 0; i < count; i++) {
        Scan scan = scans.get(i);
        if (scan.passesAll(from, to)) {
          measureRun(scan, kernels, block, from, to - from);
          continue;
        }
        scan.collect(from, to);
        if (scan.pending >= KERNEL_ROWS_MIN) {
          measure(scan, kernels);
        }
      }
      blocks++;
    }
    for (int i = 0; i < count; i++) {
      measure(scans.get(i), kernels);
      scans.get(i).request = null;
    }
  }

  private void measureRun(Scan scan, DistanceKernels kernels, RowBlock block, int from, int count) {
    SearchRequest request = scan.request();
    request.checkCancelled();
    kernels.distances(rows.metric(), request.query(), block, count, scan.measured);
    for (int i = 0; i < count; i++) {
      if (scan.measured[i] <= scan.nearest.bound()) {
        scan.nearest.offer(from + i, scan.measured[i]);
      }
    }
    distances += count;
  }

  private void measure(Scan scan, DistanceKernels kernels) {
    SearchRequest request = scan.request();
    request.checkCancelled();
    kernels.distances(
        rows.metric(), request.query(), rows.block(), scan.rowNumbers, scan.pending, scan.measured);
    scan.nearest.offer(scan.rowNumbers, scan.measured, scan.pending);
    distances += scan.pending;
    scan.pending = 0;
  }

  /** One search's place in the pass. */
  private static final class Scan {
    final NearestRows nearest = new NearestRows();

    /** Rows that pass the filter and wait for their distances; fewer than the minimum remain. */
    final int[] rowNumbers;

    final double[] measured;
    int pending;
    @Nullable SearchRequest request;

    Scan(int blockRows) {
      rowNumbers = new int[blockRows + KERNEL_ROWS_MIN];
      measured = new double[rowNumbers.length];
    }

    void begin(SearchRequest newRequest) {
      request = newRequest;
      pending = 0;
      nearest.reset(newRequest.k(), newRequest.radius());
    }

    SearchRequest request() {
      if (request == null) {
        throw new IllegalStateException("the scan has not begun");
      }
      return request;
    }

    /** Whether each row of a block passes. */
    boolean passesAll(int from, int to) {
      RowFilter filter = request().filter();
      if (filter.isAll()) {
        return true;
      }
      for (int start = from; start < to; start += WORD_ROWS) {
        int left = Math.min(WORD_ROWS, to - start);
        if (filter.word(start / WORD_ROWS) != -1L >>> (WORD_ROWS - left)) {
          return false;
        }
      }
      return true;
    }

    /**
     * Adds the rows of a block that pass.
     *
     * @param from a multiple of 64
     */
    void collect(int from, int to) {
      RowFilter filter = request().filter();
      for (int start = from; start < to; start += WORD_ROWS) {
        long word = filter.word(start / WORD_ROWS);
        for (; word != 0; word &= word - 1) {
          rowNumbers[pending++] = start + Long.numberOfTrailingZeros(word);
        }
      }
    }
  }
}
