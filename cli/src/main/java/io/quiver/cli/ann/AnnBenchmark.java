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
import java.sql.SQLException;
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
   * @throws SQLException of the database that is asked
   */
  public void run() throws SQLException, InterruptedException {
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
    if (options.way().isPresent()) {
      TableTarget.Way way = options.way().get();
      try (TableTarget table =
          options.url().isPresent()
              ? TableTarget.load(data, options, options.url().get(), notes)
              : TableTarget.load(data, options, way, notes)) {
        measureAll(data, table, () -> 0);
      }
      return;
    }
    long start = System.nanoTime();
    VectorIndex index = build(spec, data);
    double buildSeconds = (System.nanoTime() - start) / 1e9;
    if (options.direct().isPresent()) {
      try (DirectIndex direct = DirectIndex.write(index, options.direct().get())) {
        measureAll(
            data,
            new LibraryTarget(data, options.k(), direct.index(), buildSeconds),
            direct::blocksRead);
      }
    } else {
      measureAll(data, new LibraryTarget(data, options.k(), index, buildSeconds), () -> 0);
    }
  }

  /**
   * Measures each effort.
   *
   * @param blocksRead how many were read from disk so far
   */
  private void measureAll(AnnData data, SearchTarget target, LongSupplier blocksRead)
      throws SQLException {
    out.println(
        "peer,version,dataset,params,threads,recall@"
            + options.k()
            + ",qps,p50_us,p95_us,build_s,index_bytes,qps_cpu,memory_bytes");
    out.flush();
    List<CurvePlot.Point> points = new ArrayList<>();
    try (SearchClients clients = new SearchClients(data, target, options.k(), options.threads())) {
      warmUp(clients, target);
      for (Effort effort : efforts(clients, target)) {
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
        points.add(measure(clients, effort, recall, data, target));
      }
    }
    options
        .plot()
        .ifPresent(
            file -> CurvePlot.write(file, data.name() + ": " + target.spec(), options.k(), points));
  }

  private CurvePlot.Point measure(
      SearchClients clients, Effort effort, double recall, AnnData data, SearchTarget target) {
    SearchClients.Speed speed = clients.measure(effort, options.seconds());
    String params = target.spec().toString().replace(',', ';');
    if (options.way().isPresent()) {
      params = options.way().get().name().toLowerCase(Locale.ROOT) + " " + params;
    }
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
        target.buildSeconds(),
        target.fileBytes(),
        speed.perCpuSecond(),
        target.memoryBytes());
    out.flush();
    return new CurvePlot.Point(recall, speed.perSecond());
  }

  private List<Effort> efforts(SearchClients clients, SearchTarget target) {
    if (target.spec() instanceof IndexSpec.Flat) {
      return List.of(Effort.DEFAULT);
    }
    if (!options.recalls().isEmpty()) {
      LeastEffort least =
          new LeastEffort(effort -> clients.recall(Effort.of(effort)), target.effortMax());
      List<Effort> found = new ArrayList<>();
      for (double recall : options.recalls()) {
        OptionalInt effort = least.reaching(recall);
        if (effort.isPresent()) {
          found.add(Effort.of(effort.getAsInt()));
        } else {
          notes.println("recall " + recall + " is not reached with any effort");
          notes.flush();
        }
      }
      return found;
    }
    List<Integer> values = options.efforts().isEmpty() ? sweep(target) : options.efforts();
    return values.stream().map(Effort::of).toList();
  }

  private List<Integer> sweep(SearchTarget target) {
    return switch (target.spec()) {
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

  private void warmUp(SearchClients clients, SearchTarget target) {
    Effort effort =
        target.spec() instanceof IndexSpec.Flat
            ? Effort.DEFAULT
            : Effort.of(
                options.efforts().isEmpty() ? WARM_UP_EFFORT : options.efforts().getFirst());
    clients.measure(effort, Math.min(WARM_UP_SECONDS, 10 * options.seconds()));
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
