package io.quiver.storage.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a writer that are not durable yet, in their order, and who waits for them. The
 * writer's lock guards everything.
 */
final class LogQueue {
  /** What is taken together, at most, unless a single record is larger. */
  private static final long GROUP_BYTES_MAX = 64L << 20;

  private final ArrayDeque<Appended> waiting = new ArrayDeque<>();

  /** What is being written; it comes before what waits. */
  private List<Appended> taken = List.of();

  /** Records that someone may be told of yet, among others that are released or settled. */
  private final ArrayDeque<Appended> unreleased = new ArrayDeque<>();

  /** Who waits for a record and does not lead, in the order of arrival. */
  private final ArrayDeque<LogWaiter> waiters = new ArrayDeque<>();

  void add(Appended record) {
    waiting.add(record);
    unreleased.add(record);
  }

  /** Whether all records before one, of those that are not settled, have been released. */
  boolean isFirstUnreleased(Appended record) {
    forgetReleased();
    return record.equals(unreleased.peek());
  }

  private void forgetReleased() {
    Appended first = unreleased.peek();
    while (first != null && (first.released || first.settled)) {
      unreleased.remove();
      first = unreleased.peek();
    }
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The oldest record that is not being written, or null. */
  @Nullable Appended next() {
    return waiting.peek();
  }

  /** The oldest record that is not durable, or null. */
  @Nullable Appended oldest() {
    return taken.isEmpty() ? waiting.peek() : taken.getFirst();
  }

  /** The next records to be written. */
  List<Appended> take() {
    List<Appended> group = new ArrayList<>(waiting.size());
    taken = group;
    long bytes = 0;
    while (!waiting.isEmpty() && bytes < GROUP_BYTES_MAX) {
      Appended next = waiting.remove();
      group.add(next);
      bytes += next.bytes();
    }
    return group;
  }

  /** Notes that what was taken is durable, and gives those who wait for it. */
  List<LogWaiter> settleTaken() {
    List<LogWaiter> wakes = settle(taken);
    taken = List.of();
    return wakes;
  }

  /** Notes that it is known what records came to, and gives those who wait for them. */
  List<LogWaiter> settle(Collection<Appended> records) {
    records.forEach(record -> record.settled = true);
    forgetReleased();
    List<LogWaiter> wakes = new ArrayList<>();
    for (Iterator<LogWaiter> each = waiters.iterator(); each.hasNext(); ) {
      LogWaiter waiter = each.next();
      if (waiter.record.settled) {
        each.remove();
        wakes.add(waiter);
      }
    }
    return wakes;
  }

  /** Removes what is not being written. */
  List<Appended> clear() {
    List<Appended> removed = List.copyOf(waiting);
    waiting.clear();
    return removed;
  }

  /**
   * Removes what could not be written and all behind it.
   *
   * @param keep leaves out what was released, as all before it was
   */
  List<Appended> fail(boolean keep) {
    List<Appended> lost = new ArrayList<>(taken);
    lost.addAll(clear());
    taken = List.of();
    int kept = 0;
    while (keep && kept < lost.size() && lost.get(kept).released) {
      waiting.add(lost.get(kept++));
    }
    lost.subList(0, kept).clear();
    return lost;
  }

  void enlist(LogWaiter waiter) {
    waiters.add(waiter);
  }

  /** How many threads wait. */
  int waiters() {
    return waiters.size();
  }

  /** Takes one who waits out, or gives null. */
  @Nullable LogWaiter nextWaiter() {
    return waiters.poll();
  }

  /** Takes all who wait out. */
  List<LogWaiter> clearWaiters() {
    List<LogWaiter> all = List.copyOf(waiters);
    waiters.clear();
    return all;
  }
}
