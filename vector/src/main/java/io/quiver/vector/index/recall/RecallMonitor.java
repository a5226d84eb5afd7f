package io.quiver.vector.index.recall;

import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Watches what an index really finds: some of the searches that it served are repeated exactly, and
 * the recall of the last ones says whether the index should be built again, because its rows or its
 * queries are no longer what they were.
 *
 * <p>Threads that search call {@link #served}, which keeps one search of many and never waits for
 * an exact one. A thread of low priority calls {@link #checkOne}.
 */
public final class RecallMonitor {
  /** Searches that wait to be repeated; further ones are dropped. */
  private static final int WAITING_MAX = 16;

  /** The recall is that of so many searches, the last ones. */
  private static final int WINDOW = 256;

  /** Fewer say nothing. */
  private static final int CHECKS_MIN = 30;

  /** Standard errors within which the true mean lies, at 97.5 % to each side. */
  private static final double CONFIDENCE = 1.96;

  private final int oneOf;
  private final double target;
  private final AtomicLong searches = new AtomicLong();
  private final VectorSearcher exact;
  private final Neighbors truth = new Neighbors();

  /** Guards itself. */
  private final Deque<Sample> waiting = new ArrayDeque<>();

  /** Owned by the thread that checks. */
  private final double[] window = new double[WINDOW];

  private long checks;

  /** Of the window; each search asks. */
  private volatile Estimate estimate = new Estimate(0, 1, 0, 1);

  /**
   * @param rows of the index
   * @param oneOf searches, one is checked
   * @param target the recall below which the index has decayed
   */
  public RecallMonitor(VectorRows rows, int oneOf, double target) {
    if (oneOf < 1 || !(target > 0 && target <= 1)) {
      throw new IllegalArgumentException(
          "one of " + oneOf + " searches and a recall of " + target + " are none");
    }
    this.oneOf = oneOf;
    this.target = target;
    this.exact = new FlatIndex(rows).searcher();
  }

  /** A search that was served. */
  private record Sample(SearchRequest request, Neighbors found) {}

  /**
   * The recall of the last searches that were checked.
   *
   * @param checks that it rests on
   * @param mean 1 without checks
   * @param low the mean lies above with 97.5 % confidence
   * @param high the mean lies below with 97.5 % confidence
   */
  public record Estimate(int checks, double mean, double low, double high) {}

  /**
   * Tells of a search; keeps copies when it is chosen. Any thread may call it.
   *
   * @return whether it waits to be repeated
   */
  public boolean served(SearchRequest request, Neighbors found) {
    if (searches.getAndIncrement() % oneOf != 0) {
      return false;
    }
    synchronized (waiting) {
      if (waiting.size() == WAITING_MAX) {
        return false;
      }
    }
    MemorySegment query = NativeMemory.allocate(request.query().byteSize());
    query.copyFrom(request.query());
    Neighbors copy = new Neighbors();
    for (int i = 0; i < found.size(); i++) {
      copy.add(found.row(i), found.distance(i));
    }
    // The search's own cancel and filter may belong to a statement that has long ended.
    Sample sample =
        new Sample(
            request
                .withQuery(query)
                .withFilter(request.filter().copy())
                .withCancelled(() -> Thread.currentThread().isInterrupted()),
            copy);
    synchronized (waiting) {
      return waiting.size() < WAITING_MAX && waiting.add(sample);
    }
  }

  /**
   * Repeats one search exactly, which reads all rows; one thread at a time.
   *
   * @return false when none waits
   * @throws java.util.concurrent.CancellationException when the thread was interrupted
   */
  public boolean checkOne() {
    Sample sample = next();
    if (sample == null) {
      return false;
    }
    exact.search(sample.request, truth);
    double recall = Recall.of(sample.found, truth);
    window[(int) (checks++ % WINDOW)] = recall;
    estimate = estimate(Arrays.copyOf(window, (int) Math.min(checks, WINDOW)));
    return true;
  }

  private @Nullable Sample next() {
    synchronized (waiting) {
      return waiting.poll();
    }
  }

  /** What it knows now. */
  public Estimate estimate() {
    return estimate;
  }

  private static Estimate estimate(double[] last) {
    double mean = Arrays.stream(last).average().orElse(1);
    double squares = Arrays.stream(last).map(x -> (x - mean) * (x - mean)).sum();
    // Searches, and not rows, are drawn: the rows of one search are found or missed together.
    double error = Math.sqrt(squares / Math.max(1, last.length - 1) / last.length);
    double room = last.length < CHECKS_MIN ? 1 : CONFIDENCE * error;
    return new Estimate(last.length, mean, Math.max(0, mean - room), Math.min(1, mean + room));
  }

  /** Whether the recall is surely below the target, so that the index should be built again. */
  public boolean decayed() {
    return estimate().high < target;
  }
}
