package io.quiver.cli.ann;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that search, one query a call, each with a searcher that it keeps. */
final class SearchClients implements AutoCloseable {
  private final AnnData data;
  private final int k;
  private final List<Client> clients = new ArrayList<>();
  private final ExecutorService threads;

  SearchClients(AnnData data, VectorIndex index, int k, int count) {
    this.data = data;
    this.k = k;
    for (int i = 0; i < count; i++) {
      clients.add(new Client(index.searcher(), (int) ((long) i * data.queries().count() / count)));
    }
    threads = Executors.newFixedThreadPool(count, Thread.ofPlatform().name("search-", 0).factory());
  }

  /**
   * How fast they were.
   *
   * @param perSecond searches by the clock
   * @param perCpuSecond searches by the time that the threads computed
   * @param medianMicros of a search
   * @param percentile95Micros of a search
   */
  record Speed(
      double perSecond, double perCpuSecond, double medianMicros, double percentile95Micros) {}

  /** The part of the truth that the searches find, on average. */
  double recall(Effort effort) {
    List<SearchRequest> requests = data.requests(k, effort);
    List<Future<Double>> parts = new ArrayList<>();
    for (int c = 0; c < clients.size(); c++) {
      int first = c;
      parts.add(threads.submit(() -> clients.get(first).recall(requests, first, clients.size())));
    }
    return parts.stream().mapToDouble(SearchClients::result).sum() / requests.size();
  }

  /** Repeats the queries, from the first to the last, until the time is over. */
  Speed measure(Effort effort, double seconds) {
    List<SearchRequest> requests = data.requests(k, effort);
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    List<Future<Long>> cpuNanos = new ArrayList<>();
    for (Client client : clients) {
      cpuNanos.add(threads.submit(() -> client.repeat(requests, end)));
    }
    double cpuSeconds = cpuNanos.stream().mapToLong(SearchClients::result).sum() / 1e9;
    double wallSeconds = (System.nanoTime() - start) / 1e9;
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
  public void close() {
    threads.shutdown();
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a search failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while searches ran", e);
    }
  }

  /** One thread's searcher and the times of its searches. */
  private final class Client {
    private static final int FIRST_CAPACITY = 1 << 16;

    private final VectorSearcher searcher;
    private final int firstQuery;
    private final Neighbors found = new Neighbors();
    private long[] nanos = new long[FIRST_CAPACITY];
    private int searches;

    Client(VectorSearcher searcher, int firstQuery) {
      this.searcher = searcher;
      this.firstQuery = firstQuery;
    }

    double recall(List<SearchRequest> requests, int from, int step) {
      double sum = 0;
      for (int query = from; query < requests.size(); query += step) {
        searcher.search(requests.get(query), found);
        sum += data.recall(query, found);
      }
      return sum;
    }

    /** Returns the nanoseconds that the thread computed. */
    long repeat(List<SearchRequest> requests, long end) {
      ThreadMXBean cpu = ManagementFactory.getThreadMXBean();
      long cpuBefore = cpu.getCurrentThreadCpuTime();
      searches = 0;
      int query = firstQuery;
      long before = System.nanoTime();
      do {
        searcher.search(requests.get(query), found);
        long now = System.nanoTime();
        record(now - before);
        before = now;
        query = query + 1 == requests.size() ? 0 : query + 1;
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
