package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.index.AutoChoice;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.LongSupplier;

/** Builds one index over a directory's vectors and measures it at several efforts. */
public final class AnnBenchmark {
  /** Searches run this long before anything is timed, so that they are compiled. */
  private static final double WARM_UP_SECONDS = 2;

  /** Kernels that are not compiled by then stay the slow ones. */
  private static final double KERNELS_SECONDS_MAX = 35;

  private static final List<Integer> CANDIDATES = List.of(10, 20, 40, 80, 160, 320, 640);
  private static final List<Integer> PROBES = List.of(1, 2, 4, 8, 16, 32, 64, 128);
  private static final int WARM_UP_EFFORT = 16;

  private final AnnOptions options;
  private final String version;
  private final PrintWriter out;
  private final PrintWriter notes;

  /**
   * @param version of the program, for the rows
   * @param out gets CSV with a header, a row for each effort
   * @param notes is told what happens
   */
  public AnnBenchmark(AnnOptions options, String version, PrintWriter out, PrintWriter notes) {
    this.options = options;
    this.version = version;
    this.out = out;
    this.notes = notes;
  }

  /**
   * Measures.
   *
   * @throws QuiverException for data that cannot be used, or not by this kind of index
   */
  public void run() {
    // Asked for now, so that they are compiled while files are read.
    DistanceKernels.get(options.encoding());
    AnnData data = AnnData.load(options, notes);
    awaitKernels();
    IndexSpec spec = chosen(data);
    notes.printf(
        Locale.ROOT,
        "%s: %d rows of %d %s, %d queries, %s; building %s%n",
        data.name(),
        data.rows().count(),
        data.rows().dimension(),
        data.rows().encoding(),
        data.queries().count(),
        data.rows().metric(),
        spec);
    notes.flush();
    long start = System.nanoTime();
    VectorIndex index = build(spec, data);
    double buildSeconds = (System.nanoTime() - start) / 1e9;
    out.println(
        "peer,version,dataset,params,threads,recall@"
            + options.k()
            + ",qps,p50_us,p95_us,build_s,index_bytes,qps_cpu,memory_bytes");
    out.flush();
    List<CurvePlot.Point> points = new ArrayList<>();
    if (options.direct().isPresent()) {
      try (DirectIndex direct = DirectIndex.write(index, options.direct().get())) {
        measureAll(data, direct.index(), buildSeconds, direct::blocksRead, points);
      }
    } else {
      measureAll(data, index, buildSeconds, () -> 0, points);
    }
    options
        .plot()
        .ifPresent(
            file -> CurvePlot.write(file, data.name() + ": " + index.spec(), options.k(), points));
  }

  /**
   * Measures each effort.
   *
   * @param blocksRead how many were read from disk so far
   */
  private void measureAll(
      AnnData data,
      VectorIndex index,
      double buildSeconds,
      LongSupplier blocksRead,
      List<CurvePlot.Point> points) {
    try (SearchClients clients = new SearchClients(data, index, options.k(), options.threads())) {
      warmUp(clients, index);
      for (Effort effort : efforts(clients, data, index)) {
        long before = blocksRead.getAsLong();
        double recall = clients.recall(effort);
        long blocks = blocksRead.getAsLong() - before;
        if (options.direct().isPresent()) {
          notes.printf(
              Locale.ROOT,
              "%s%.2f blocks of 4 KiB read a search%n",
              effort instanceof Effort.Fixed(int value) ? "effort " + value + ": " : "",
              (double) blocks / data.queries().count());
          notes.flush();
        }
        points.add(measure(clients, effort, recall, data, index, buildSeconds));
      }
    }
  }

  private CurvePlot.Point measure(
      SearchClients clients,
      Effort effort,
      double recall,
      AnnData data,
      VectorIndex index,
      double buildSeconds) {
    SearchClients.Speed speed = clients.measure(effort, options.seconds());
    String params = index.spec().toString().replace(',', ';');
    if (effort instanceof Effort.Fixed(int value)) {
      params += " effort=" + value;
    }
    out.printf(
        Locale.ROOT,
        "quiver,%s,%s,%s,%d,%.4f,%.1f,%.1f,%.1f,%.2f,%d,%.1f,%d%n",
        version,
        data.name(),
        params,
        options.threads(),
        recall,
        speed.perSecond(),
        speed.medianMicros(),
        speed.percentile95Micros(),
        buildSeconds,
        index.formBytes(),
        speed.perCpuSecond(),
        index.memoryBytes());
    out.flush();
    return new CurvePlot.Point(recall, speed.perSecond());
  }

  private List<Effort> efforts(SearchClients clients, AnnData data, VectorIndex index) {
    if (index.spec() instanceof IndexSpec.Flat) {
      return List.of(Effort.DEFAULT);
    }
    if (!options.recalls().isEmpty()) {
      LeastEffort least =
          new LeastEffort(effort -> clients.recall(Effort.of(effort)), data.rows().count());
      List<Effort> found = new ArrayList<>();
      for (double target : options.recalls()) {
        OptionalInt effort = least.reaching(target);
        if (effort.isPresent()) {
          found.add(Effort.of(effort.getAsInt()));
        } else {
          notes.println("recall " + target + " is not reached with any effort");
          notes.flush();
        }
      }
      return found;
    }
    List<Integer> values = options.efforts().isEmpty() ? sweep(index) : options.efforts();
    return values.stream().map(Effort::of).toList();
  }

  private List<Integer> sweep(VectorIndex index) {
    return switch (index.spec()) {
      case IndexSpec.Flat _ -> List.of();
      case IndexSpec.Ivf _ -> PROBES;
      case IndexSpec.Hnsw _, IndexSpec.DiskAnn _, IndexSpec.Auto _ -> CANDIDATES;
    };
  }

  private IndexSpec chosen(AnnData data) {
    if (!(options.spec() instanceof IndexSpec.Auto auto)) {
      return options.spec();
    }
    AutoChoice choice =
        AutoChoice.of(auto, data.rows(), BuildOptions.threads(options.buildThreads()));
    notes.println(choice.reason());
    return choice.spec();
  }

  private VectorIndex build(IndexSpec spec, AnnData data) {
    try {
      return Indexes.build(spec, data.rows(), BuildOptions.threads(options.buildThreads()));
    } catch (IllegalArgumentException e) {
      // A kind that does not serve these rows, such as more parts than there are dimensions.
      throw new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, "--index: " + e.getMessage(), e);
    }
  }

  private void warmUp(SearchClients clients, VectorIndex index) {
    Effort effort =
        index.spec() instanceof IndexSpec.Flat
            ? Effort.DEFAULT
            : Effort.of(
                options.efforts().isEmpty() ? WARM_UP_EFFORT : options.efforts().getFirst());
    clients.measure(effort, WARM_UP_SECONDS);
  }

  private void awaitKernels() {
    String fast = DistanceKernels.choose(true).description();
    long end = System.nanoTime() + (long) (KERNELS_SECONDS_MAX * 1e9);
    while (!DistanceKernels.get(options.encoding()).description().equals(fast)) {
      if (System.nanoTime() - end > 0) {
        notes.println("the fast kernels did not become ready: plain Java is measured");
        return;
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while kernels were compiled", e);
      }
    }
  }
}
