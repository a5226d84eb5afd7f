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
import java.util.Locale;
import java.util.function.Function;

/**
 * Does a database stay as it is over hours? Writers, readers, searches, definitions, checkpoints
 * and compactions run together, sessions come and go, and each writer knows what its rows must be.
 *
 * <p>Samples the process and the directory every ten seconds into {@code soak.csv}, draws {@code
 * soak.svg}, and at the end compares all rows with what was written, opens the directory again,
 * compares again, and checks it. Ends with 1 when a row or a count was wrong, the check found
 * damage, or the heap's slope over the second half is above the limit.
 *
 * <p>Arguments: minutes (60), directory (a temporary one), seed (1).
 */
public final class BenchmarkSoak {
  private static final long SAMPLE_NANOS = 10_000_000_000L;

  /** Of the heap that is in use in the second half, an hour. */
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
    double slope = heapSlope();
    System.out.printf(
        Locale.ROOT, "%s%nheap's slope in the second half: %+.2f %% an hour%n", work, 100 * slope);
    if (slope > HEAP_SLOPE_MAX && minutes >= 60) {
      wrong.add("the heap grows");
    }
    return wrong;
  }

  private void sample(double minutes, Path data) throws IOException, InterruptedException {
    long start = System.nanoTime();
    try (PrintWriter csv =
        new PrintWriter(Files.newBufferedWriter(directory.resolve("soak.csv")), true)) {
      csv.println(SoakSample.header(SoakWork.KINDS));
      double now = 0;
      while (now < minutes && !work.hasFailed()) {
        Thread.sleep(SAMPLE_NANOS / 1_000_000);
        now = (System.nanoTime() - start) / 60e9;
        SoakSample sample = SoakSample.take(now, data, work.latencies());
        samples.add(sample);
        csv.println(sample.line());
      }
    }
  }

  /** By least squares, as a part of the mean, an hour. */
  private double heapSlope() {
    List<SoakSample> half = samples.subList(samples.size() / 2, samples.size());
    double meanX = half.stream().mapToDouble(SoakSample::minutes).average().orElse(0);
    double meanY = half.stream().mapToDouble(SoakSample::heapMegabytes).average().orElse(1);
    double products = 0;
    double squares = 0;
    for (SoakSample sample : half) {
      double x = sample.minutes() - meanX;
      products += x * (sample.heapMegabytes() - meanY);
      squares += x * x;
    }
    return squares == 0 ? 0 : 60 * products / squares / meanY;
  }

  private void draw() throws IOException {
    LinePlot plot = new LinePlot("minutes", values(SoakSample::minutes));
    plot.add(
        "memory, MB",
        List.of(
            new Line("resident", values(SoakSample::residentMegabytes)),
            new Line("of it no file", values(SoakSample::anonymousMegabytes)),
            new Line("heap after GC", values(SoakSample::heapMegabytes))));
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
