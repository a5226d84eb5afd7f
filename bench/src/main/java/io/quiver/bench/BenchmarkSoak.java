package io.quiver.bench;

import io.quiver.bench.LinePlot.Line;
import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.storage.Check;
import io.quiver.storage.CheckReport;
import io.quiver.storage.file.LocalFileSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Does a database stay as it is over hours? Writers, readers, searches, definitions, checkpoints
 * and compactions run together, sessions come and go, and each writer knows what its rows must be.
 *
 * <p>Samples the process and the directory every ten seconds into {@code soak.csv}, and the heap
 * after a full collection once a minute. Draws {@code soak.svg}, and at the end compares all rows
 * with what was written, opens the directory again, compares again, and checks it. Ends with 1 when
 * a row or a count was wrong, the check found damage, or the heap grows: in a run of an hour or
 * more, when over its last three quarters the {@link Trend} of the heap is above 1 % an hour with
 * all of its 95 % confidence interval.
 *
 * <p>Arguments: minutes (60), directory (a temporary one), seed (1).
 */
public final class BenchmarkSoak {
  private static final long SAMPLE_NANOS = 10_000_000_000L;

  /** The heap is collected and measured with each so-many-th sample. */
  private static final int SAMPLES_A_COLLECTION = 6;

  /** Of the heap, an hour. */
  private static final double HEAP_SLOPE_MAX = 0.01;

  private final Path directory;
  private final SoakWork work;
  private final List<SoakSample> samples = new ArrayList<>();

  private BenchmarkSoak(Path directory, long seed) {
    this.directory = directory;
    this.work = new SoakWork(seed);
  }

  /** Runs the soak once. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    double minutes = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 60;
    Path directory =
        arguments.length > 1 ? Path.of(arguments[1]) : Files.createTempDirectory("soak");
    long seed = arguments.length > 2 ? Long.parseLong(arguments[2]) : 1;
    System.out.println("seed " + seed + ", " + directory);
    List<String> wrong = new BenchmarkSoak(directory, seed).run(minutes);
    wrong.forEach(System.out::println);
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  private List<String> run(double minutes) throws IOException, InterruptedException {
    Path data = directory.resolve("data");
    DatabaseOptions options = new DatabaseOptions(8L << 20, 256L << 20, List.of());
    List<String> wrong = new ArrayList<>();
    try (Database database = Database.open(data, options)) {
      work.start(database);
      sample(minutes, data);
      work.stop();
      wrong.addAll(work.compare(database));
    }
    try (Database database = Database.open(data, options)) {
      wrong.addAll(work.compare(database));
    }
    CheckReport report = Check.run(new LocalFileSystem(data));
    report.damages().forEach(damage -> wrong.add("check: " + damage));
    draw();
    System.out.print(work);
    if (samples.size() >= 4 * 3 * SAMPLES_A_COLLECTION) {
      Trend heap = heapTrend();
      System.out.println("heap in the last three quarters: " + heap);
      if (heap.least() > HEAP_SLOPE_MAX && minutes >= 60) {
        wrong.add("the heap grows");
      }
    }
    return wrong;
  }

  private void sample(double minutes, Path data) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (PrintWriter csv =
        new PrintWriter(Files.newBufferedWriter(directory.resolve("soak.csv")), true)) {
      csv.println(SoakSample.header(SoakWork.KINDS));
      double now = 0;
      double heap = 0;
      while (now < minutes && !work.hasFailed()) {
        Thread.sleep(SAMPLE_NANOS / 1_000_000);
        now = (System.nanoTime() - start) / 60e9;
        List<Double> latencies = work.latencies();
        if (samples.size() % SAMPLES_A_COLLECTION == 0) {
          heap = SoakSample.liveHeapMegabytes();
        }
        SoakSample sample = SoakSample.take(now, heap, data, latencies);
        samples.add(sample);
        csv.println(sample.line());
      }
    }
  }

  /** Of what the full collections left. */
  private Trend heapTrend() {
    List<SoakSample> collected =
        IntStream.range(samples.size() / 4, samples.size())
            .filter(sample -> sample % SAMPLES_A_COLLECTION == 0)
            .mapToObj(samples::get)
            .toList();
    return Trend.of(
        collected.stream().mapToDouble(SoakSample::minutes).toArray(),
        collected.stream().mapToDouble(SoakSample::heapMegabytes).toArray());
  }

  private void draw() throws IOException {
    LinePlot plot = new LinePlot("minutes", values(SoakSample::minutes));
    plot.add(
        "memory, MB",
        List.of(
            new Line("resident", values(SoakSample::residentMegabytes)),
            new Line("of it no file", values(SoakSample::anonymousMegabytes)),
            new Line("heap after full GC", values(SoakSample::heapMegabytes))));
    plot.add("directory, MB", List.of(new Line("files' sizes", values(SoakSample::diskMegabytes))));
    plot.add(
        "number",
        List.of(
            new Line("files", values(SoakSample::files)),
            new Line("descriptors", values(SoakSample::descriptors)),
            new Line("threads", values(SoakSample::threads))));
    for (int percentile = 0; percentile < 2; percentile++) {
      List<Line> lines = new ArrayList<>();
      for (int kind = 0; kind < SoakWork.KINDS.size(); kind++) {
        int at = 2 * kind + percentile;
        lines.add(new Line(SoakWork.KINDS.get(kind), values(sample -> sample.latencies().get(at))));
      }
      plot.add(percentile == 0 ? "latency, middle, ms" : "latency, p99, ms", lines);
    }
    plot.write(directory.resolve("soak.svg"));
  }

  private List<Double> values(Function<SoakSample, Double> value) {
    return samples.stream().map(value).toList();
  }
}
