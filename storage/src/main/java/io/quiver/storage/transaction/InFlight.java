package io.quiver.storage.transaction;

import io.quiver.storage.log.Lsn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The commits that are part of the newest state and whose fate in the log is not known yet, oldest
 * first. The log makes them durable from the front and fails them from the back. The commit lock
 * owns everything.
 */
final class InFlight {
  private record Commit(MemTable.Applied applied, CompletableFuture<Lsn> durable) {}

  private final ArrayDeque<Commit> commits = new ArrayDeque<>();
  private CompletableFuture<Lsn> lastDurable;

  /**
   * @param logged the position of the last record before
   */
  InFlight(Lsn logged) {
    lastDurable = CompletableFuture.completedFuture(logged);
  }

  /** A record that was read from the log. */
  void replayed(Lsn lsn) {
    lastDurable = CompletableFuture.completedFuture(lsn);
  }

  void add(MemTable.Applied applied, CompletableFuture<Lsn> durable) {
    settle();
    commits.add(new Commit(applied, durable));
  }

  /** Forgets what is durable, so that nothing keeps its rows. */
  void settle() {
    while (!commits.isEmpty() && isDurable(commits.getFirst().durable())) {
      lastDurable = commits.removeFirst().durable();
    }
  }

  static boolean isDurable(CompletableFuture<Lsn> append) {
    return append.isDone() && !append.isCompletedExceptionally();
  }

  /** The position of the last commit, once it has one. */
  CompletableFuture<Lsn> last() {
    return commits.isEmpty() ? lastDurable : commits.getLast().durable();
  }

  boolean hasFailed() {
    return !commits.isEmpty() && commits.getLast().durable().isCompletedExceptionally();
  }

  /** Takes the commits that failed out, the last one first. */
  List<MemTable.Applied> removeFailed() {
    List<MemTable.Applied> failed = new ArrayList<>();
    while (hasFailed()) {
      failed.add(commits.removeLast().applied());
    }
    return failed;
  }
}
