package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.IndexSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is measured.
 *
 * @param data the directory with the files, see {@link AnnData}
 * @param metric empty for the one that the data says, or else L2
 * @param encoding in which rows and queries are kept
 * @param k rows that a search wants
 * @param threads that search at the same time, each with a searcher of its own
 * @param filtered whether each query has the filter that the data says
 * @param efforts to measure; empty for a sweep that fits the kind
 * @param recalls for each of which the least effort is found, and measured
 * @param seconds that a point is measured for
 * @param direct the directory from which {@code diskann} reads its rows past the page cache; empty
 *     to read them from memory
 * @param way by which a table is asked; empty to call the index of the library
 * @param url of the running server where the table is made; empty for a database of its own
 * @param plot the SVG file to write
 */
public record AnnOptions(
    Path data,
    Optional<Metric> metric,
    Encoding encoding,
    IndexSpec spec,
    int k,
    int threads,
    boolean filtered,
    List<Integer> efforts,
    List<Double> recalls,
    double seconds,
    int buildThreads,
    Optional<Path> direct,
    Optional<TableTarget.Way> way,
    Optional<String> url,
    Optional<Path> plot) {
  private static final int THREADS_MAX = 1024;
  private static final int K_MAX = 10_000;

  public AnnOptions {
    efforts = List.copyOf(efforts);
    recalls = List.copyOf(recalls);
    inRange("--k", k, K_MAX);
    inRange("--threads", threads, THREADS_MAX);
    inRange("--build-threads", buildThreads, THREADS_MAX);
    if (!(seconds > 0 && seconds <= 3600)) {
      throw wrong("--seconds is " + seconds + ", it must be above 0 and at most 3600");
    }
    if (!efforts.isEmpty() && !recalls.isEmpty()) {
      throw wrong("--effort and --recall exclude each other");
    }
    boolean hasEffort = !(spec instanceof IndexSpec.Flat);
    if (!hasEffort && !(efforts.isEmpty() && recalls.isEmpty())) {
      throw wrong("flat is exact: it takes neither --effort nor --recall");
    }
    if (direct.isPresent() && !(spec instanceof IndexSpec.DiskAnn)) {
      throw wrong("--direct is for diskann: no other kind reads from disk");
    }
    if (direct.isPresent() && way.isPresent()) {
      throw wrong("--direct is for the library's index, --through index");
    }
    if (url.isPresent() && !way.equals(Optional.of(TableTarget.Way.JDBC))) {
      throw wrong("--url is for --through jdbc");
    }
    for (int effort : efforts) {
      inRange("--effort", effort, Integer.MAX_VALUE);
    }
    for (double recall : recalls) {
      if (!(recall > 0 && recall <= 1)) {
        throw wrong("--recall has " + recall + ", it must be above 0 and at most 1");
      }
    }
  }

  private static void inRange(String name, int value, int greatest) {
    if (value < 1 || value > greatest) {
      throw wrong(name + " is " + value + ", it must be from 1 to " + greatest);
    }
  }

  /** The user's mistake. */
  static QuiverException wrong(String message) {
    return new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, message);
  }
}
