package io.quiver.vector.index.ivf;

import io.quiver.vector.index.NearestRows;
import io.quiver.vector.index.NeighborIterator;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.RowSet;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import java.util.BitSet;

/**
 * Goes on to further lists batch by batch. Candidates whose turn has not come wait with their
 * estimates, and those whose exact distances are known already, with these.
 */
final class IvfIterator implements NeighborIterator {
  /** Candidates that are ranked exactly for a row to be returned. */
  private static final int RANKED_FACTOR = 3;

  private static final int RANKED_MORE = 50;

  private final IvfIndex index;
  private final Probe probe;
  private final SearchRequest request;
  private final int probes;
  private final Neighbors waiting = new Neighbors();
  private final NearestRows ranking = new NearestRows();

  /** Rows that came: one that moves to another list meanwhile shall not come again. */
  private final BitSet given = new BitSet();

  private boolean lookedForRest;

  IvfIterator(IvfIndex index, Probe probe, SearchRequest request) {
    this.index = index;
    this.probe = probe;
    this.request = request;
    probes = Math.min(index.centroids().count(), index.probes(request));
    probe.start(request, probes, Integer.MAX_VALUE);
  }

  @Override
  public boolean next(Neighbors into) {
    into.clear();
    while (into.size() == 0) {
      boolean more = scan();
      long wanted = (long) RANKED_FACTOR * request.k() + RANKED_MORE;
      int ranked = (int) Math.min(wanted, probe.candidates());
      if (!more && ranked == 0 && waiting.size() == 0) {
        if (lookedForRest || !probe.mayHaveMissed()) {
          return false;
        }
        lookedForRest = true;
        addRest();
        give(into);
        if (into.size() == 0) {
          return false;
        }
        continue;
      }
      ranking.reset(waiting.size() + Math.max(1, ranked), request.radius());
      for (int i = 0; i < waiting.size(); i++) {
        ranking.offer(waiting.row(i), waiting.distance(i));
      }
      probe.take(ranked, ranking);
      ranking.drainTo(waiting);
      give(into);
    }
    return true;
  }

  /**
   * Scans as many lists again, and more while too few candidates wait; returns false at the end.
   */
  private boolean scan() {
    int until = probe.probed() == 0 ? probes : probe.probed() + Math.max(1, probes / 2);
    while (probe.probed() < until
        || probe.candidates() + waiting.size() < (long) RANKED_FACTOR * request.k()) {
      request.checkCancelled();
      if (!probe.next()) {
        return false;
      }
      probe.scanList();
    }
    return true;
  }

  /** Rows that no list gave: those whose estimates overflow. */
  private void addRest() {
    RowSet present = index.present();
    int[] row = new int[1];
    double[] distance = new double[1];
    ranking.reset(Math.max(1, present.count()), request.radius());
    VectorRows rows = index.rows();
    for (int i = 0; i < present.words(); i++) {
      for (long word = request.filter().word(i) & present.word(i); word != 0; word &= word - 1) {
        row[0] = 64 * i + Long.numberOfTrailingZeros(word);
        if (!given.get(row[0])) {
          Probe.KERNELS.distances(rows.metric(), request.query(), rows.block(), row, 1, distance);
          ranking.offer(row[0], distance[0]);
        }
      }
    }
    ranking.drainTo(waiting);
  }

  /** Moves the nearest to the caller. */
  private void give(Neighbors into) {
    Neighbors rest = new Neighbors();
    for (int i = 0; i < waiting.size(); i++) {
      int row = waiting.row(i);
      if (into.size() == request.k()) {
        rest.add(row, waiting.distance(i));
      } else if (!given.get(row)) {
        given.set(row);
        into.add(row, waiting.distance(i));
      }
    }
    waiting.clear();
    for (int i = 0; i < rest.size(); i++) {
      waiting.add(rest.row(i), rest.distance(i));
    }
  }
}
