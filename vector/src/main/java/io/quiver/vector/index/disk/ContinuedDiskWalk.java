package io.quiver.vector.index.disk;

import io.quiver.vector.index.KeyHeap;
import io.quiver.vector.index.LeastKeys;
import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowFilter;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.graph.CandidatePool;
import java.util.BitSet;

/**
 * A search that goes on where it stopped. It walks by estimates, until one and a half times as many
 * candidates as rows have come, and {@code effort} more, are nearer than any node that it could
 * expand. It reads these as a search does, until the next one's estimate is too far away for the
 * batch. Candidates that were not read, and rows that were read and are not due, wait; no node is
 * expanded, and no row read, twice.
 *
 * <p>When it has expanded as many nodes for one batch as rows are left, it estimates those instead,
 * and thereby finds the rows that no links lead to. A radius ends the walk in the same way: all
 * rows within it come, but for those whose estimates are off by more than four standard deviations.
 *
 * <p>It keeps a key of 8 bytes for each node that was met and not expanded, two for each row that
 * qualifies and was, and 12 bytes for each that was read and waits.
 */
final class ContinuedDiskWalk implements NeighborIterator {
  private static final int CANCEL_PERIOD = 64;
  private static final int SCAN_BATCH = 256;

  private final DiskSearcher searcher;
  private final SearchRequest request;
  private final BitSet absent;
  private final int ahead;

  /** Nodes that were met and not expanded. */
  private final KeyHeap open = new KeyHeap();

  /** Rows that qualify, and were expanded and not read. */
  private final KeyHeap candidates = new KeyHeap();

  /** Rows that qualify and were expanded. */
  private final LeastKeys estimates = new LeastKeys();

  /** Rows that were read, nearest first. */
  private final Neighbors waiting = new Neighbors();

  private final CandidatePool next = new CandidatePool();
  private final NearestRows ordered = new NearestRows();
  private final int[] batch = new int[SCAN_BATCH];

  /** Rows that the filter lets through and that were not expanded. */
  private int left;

  /** Rows that came, and those that were too far away. */
  private long given;

  /** Whether all rows that qualify have been met. */
  private boolean complete;

  /** Whether no candidate that is left is within the radius. */
  private boolean beyond;

  /**
   * @param searcher whose visited nodes are used, set to the query
   * @param absent rows that have no distances
   * @param entries where the walk begins; without any, all rows that qualify are estimated
   */
  ContinuedDiskWalk(DiskSearcher searcher, SearchRequest request, BitSet absent, int[] entries) {
    this.searcher = searcher;
    this.request = request;
    this.absent = absent;
    ahead = Math.max(searcher.effort(request), request.k());
    left = request.filter().count();
    push(searcher.meet(entries, Math.min(entries.length, SCAN_BATCH)));
  }

  private void push(int count) {
    for (int i = 0; i < count; i++) {
      open.push(key(searcher.estimate(i), searcher.met(i)));
    }
  }

  private static long key(float estimate, int node) {
    return (long) Float.floatToRawIntBits(Math.max(0, estimate)) << 32 | node;
  }

  private static int node(long key) {
    return (int) key;
  }

  private static float estimate(long key) {
    return Float.intBitsToFloat((int) (key >>> 32));
  }

  @Override
  public boolean next(Neighbors into) {
    do {
      lookAhead();
      read();
    } while (waiting.size() < request.k() && !beyond && !(complete && candidates.isEmpty()));
    give(into);
    return into.size() > 0;
  }

  /** Walks until the next candidates are known. */
  private void lookAhead() {
    int steps = 0;
    estimates.want(given + given / 2 + ahead);
    while (!complete && (open.isEmpty() || open.top() <= estimates.last())) {
      if (open.isEmpty() || steps >= left) {
        estimateRest();
        return;
      }
      long key = open.pop();
      push(searcher.expand(node(key)));
      addCandidate(key);
      if (++steps % CANCEL_PERIOD == 0) {
        request.checkCancelled();
      }
    }
  }

  private void addCandidate(long key) {
    if (request.filter().passes(node(key)) && !absent.get(node(key))) {
      candidates.push(key);
      estimates.push(key);
      left--;
    }
  }

  /** Makes candidates of all rows that qualify and are none yet. */
  private void estimateRest() {
    complete = true;
    while (!open.isEmpty()) {
      addCandidate(open.pop());
    }
    RowFilter filter = request.filter();
    int count = 0;
    for (int i = 0; i < (filter.rows() + 63) >>> 6; i++) {
      for (long word = filter.word(i); word != 0; word &= word - 1) {
        batch[count++] = 64 * i + Long.numberOfTrailingZeros(word);
        if (count == SCAN_BATCH) {
          estimate(count);
          count = 0;
        }
      }
    }
    estimate(count);
  }

  private void estimate(int count) {
    request.checkCancelled();
    int unseen = searcher.meet(batch, count);
    for (int i = 0; i < unseen; i++) {
      addCandidate(key(searcher.estimate(i), searcher.met(i)));
    }
  }

  /** Reads candidates until the next ones are too far away to be due. */
  private void read() {
    next.clear(Math.min(ahead, candidates.size()));
    while (!next.isFull() && candidates.top() <= estimates.last()) {
      long key = candidates.pop();
      next.insert(estimate(key), node(key));
    }
    NearestRows nearest = searcher.nearest();
    nearest.reset(request.k(), request.radius());
    for (int i = 0; i < waiting.size(); i++) {
      nearest.offer(waiting.row(i), waiting.distance(i));
    }
    int read = searcher.rank(request, next);
    for (int i = read; i < next.size(); i++) {
      candidates.push(key(next.distance(i), next.node(i)));
    }
    Neighbors ranked = searcher.ranked();
    ordered.reset(Math.max(1, waiting.size() + ranked.size()), request.radius());
    for (int i = 0; i < waiting.size(); i++) {
      ordered.offer(waiting.row(i), waiting.distance(i));
    }
    for (int i = 0; i < ranked.size(); i++) {
      ordered.offer(ranked.row(i), ranked.distance(i));
    }
    int before = waiting.size() + ranked.size();
    ordered.drainTo(waiting);
    given += before - waiting.size();
    if (read < next.size() && waiting.size() < request.k()) {
      // Only the radius stops a reading that is short of rows.
      beyond = complete;
      if (!complete) {
        estimateRest();
      }
    }
  }

  /** Moves the nearest to the caller. */
  private void give(Neighbors into) {
    into.clear();
    ordered.reset(Math.max(1, waiting.size()), request.radius());
    for (int i = 0; i < waiting.size(); i++) {
      if (into.size() < request.k()) {
        into.add(waiting.row(i), waiting.distance(i));
        given++;
      } else {
        ordered.offer(waiting.row(i), waiting.distance(i));
      }
    }
    ordered.drainTo(waiting);
  }
}
