package io.quiver.cli.ann;

import com.sun.management.OperatingSystemMXBean;
import io.quiver.vector.index.Effort;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that search, one query a call, each with a client that it keeps. */
public final class SearchClients implements AutoCloseable {
  private final AnnData data;
  private final int k;
  private final boolean ownWork;
  private final List<Searching> clients = new ArrayList<>();
  private final ExecutorService threads;

  /**
   * Connects them.
   *
   * @param count how many threads
   */
  public SearchClients(AnnData data, SearchTarget target, int k, int count) throws SQLException {
    this.data = data;
    this.k = k;
    ownWork = target.computesInClients();
    for (int i = 0; i < count; i++) {
      int first = (int) ((long) i * data.queries().count() / count);
      clients.add(new Searching(target.connect(), first));
    }
    threads = Executors.newFixedThreadPool(count, Thread.ofPlatform().name("search-", 0).factory());
  }

  /**
   * How fast they were.
   *
   * @param perSecond searches by the clock
   * @param perCpuSecond searches by the time that was computed: by the threads, or by the whole
   *     process where others answer them
   * @param medianMicros of a search
   * @param percentile95Micros of a search
   */
  public record Speed(
      double perSecond, double perCpuSecond, double medianMicros, double percentile95Micros) {}

  /** The part of the truth that the searches find, on average. */
  public double recall(Effort effort) {
    List<Future<Double>> parts = new ArrayList<>();
    for (int c = 0; c < clients.size(); c++) {
      int first = c;
      parts.add(threads.submit(() -> clients.get(first).recall(effort, first, clients.size())));
    }
    return parts.stream().mapToDouble(SearchClients::result).sum() / data.queries().count();
  }

  /** Repeats the queries, from the first to the last, until the time is over. */
  public Speed measure(Effort effort, double seconds) {
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long processBefore = process.getProcessCpuTime();
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    List<Future<Long>> cpuNanos = new ArrayList<>();
    for (Searching client : clients) {
      cpuNanos.add(threads.submit(() -> client.repeat(effort, end)));
    }
    long own = cpuNanos.stream().mapToLong(SearchClients::result).sum();
    double wallSeconds = (System.nanoTime() - start) / 1e9;
    double cpuSeconds = (ownWork ? own : process.getProcessCpuTime() - processBefore) / 1e9;
    long[] nanos =
        clients.stream()
            .flatMapToLong(client -> Arrays.stream(client.nanos, 0, client.searches))
            .sorted()
            .toArray();
    return new Speed(
        nanos.length / wallSeconds,
        nanos.length / Math.max(1e-9, cpuSeconds),
        nanos[nanos.length / 2] / 1e3,
        nanos[(int) (nanos.length * 95L / 100)] / 1e3);
  }

  @Override
  public void close() throws SQLException {
    threads.shutdown();
    for (Searching one : clients) {
      one.client.close();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a search failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while searches ran", e);
    }
  }

  /** One thread's client and the times of its searches. */
  private final class Searching {
    private static final int FIRST_CAPACITY = 1 << 16;

    private final SearchTarget.Client client;
    private final int firstQuery;
    private final int[] found = new int[k];
    private long[] nanos = new long[FIRST_CAPACITY];
    private int searches;

    Searching(SearchTarget.Client client, int firstQuery) {
      this.client = client;
      this.firstQuery = firstQuery;
    }

    double recall(Effort effort, int from, int step) throws SQLException {
      client.setEffort(effort);
      double sum = 0;
      for (int query = from; query < data.queries().count(); query += step) {
        sum += data.recall(query, found, client.search(query, found));
      }
      return sum;
    }

    /** Returns the nanoseconds that the thread computed. */
    long repeat(Effort effort, long end) throws SQLException {
      client.setEffort(effort);
      ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
      long cpuBefore = cpu.getCurrentThreadCpuTime();
      searches = 0;
      int query = firstQuery;
      long before = System.nanoTime();
      do {
        client.search(query, found);
        long now = System.nanoTime();
        record(now - before);
        before = now;
        query = query + 1 == data.queries().count() ? 0 : query + 1;
      } while (before - end < 0);
      return cpu.getCurrentThreadCpuTime() - cpuBefore;
    }

    private void record(long elapsed) {
      if (searches == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * searches);
      }
      nanos[searches++] = elapsed;
    }
  }
}
