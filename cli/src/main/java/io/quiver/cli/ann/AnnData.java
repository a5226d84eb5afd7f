package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.Workers;
import io.quiver.vector.index.flat.FlatIndex;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A directory of vectors to search in. Of each file the first that is there is read:
 *
 * <pre>
 *  base, query   .fvecs, .bvecs, .f16.npy or .npy: the rows, and what is searched for
 *  truth         gt_METRIC.ivecs, or gt.ivecs unless meta.json names another metric:
 *                the rows nearest to each query, nearest first, -1 where there are no more
 *  filtered      gt_METRIC_filtered.ivecs, or fgt.ivecs likewise
 *  meta.json     may name the metric, as in "metric": "cosine", and the rule of {@link FilterRule}
 * </pre>
 *
 * A truth that is not there, or has too few rows, is computed.
 *
 * @param filters which rows each query may find
 * @param truth for each query the rows wanted, at most k
 */
public record AnnData(
    String name, VectorRows rows, VectorRows queries, QueryFilters filters, List<int[]> truth) {
  private static final Pattern METRIC = Pattern.compile("\"metric\"\\s*:\\s*\"(\\w+)\"");

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int QUERIES_AT_ONCE = 32;

  /** Reads it, telling what may surprise. */
  public static AnnData load(AnnOptions options, PrintWriter notes) {
    Path directory = options.data();
    if (!Files.isDirectory(directory)) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_FILE, "--data " + directory + " is no directory");
    }
    String meta = meta(directory);
    Optional<Metric> said = said(meta);
    Metric metric = options.metric().or(() -> said).orElse(Metric.L2);
    VectorRows rows = VectorFile.vectors(directory, "base", metric, options.encoding());
    VectorRows queries = VectorFile.vectors(directory, "query", metric, options.encoding());
    if (rows.dimension() != queries.dimension()) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          "base has " + rows.dimension() + " dimensions, query has " + queries.dimension());
    }
    QueryFilters filters =
        options.filtered()
            ? FilterRule.filters(directory, meta, rows.count(), queries.count())
            : QueryFilters.none(rows.count(), queries.count());
    AnnData data =
        new AnnData(
            name(directory), rows, queries, filters, Arrays.asList(new int[queries.count()][]));
    boolean plainServes = said.isEmpty() || said.get() == metric;
    if (!data.readTruth(options, plainServes, notes)) {
      notes.println("no truth for this metric and k: computing it by exact search");
      notes.flush();
      data.computeTruth(options);
    }
    return data;
  }

  private static String name(Path directory) {
    Path last = directory.toAbsolutePath().normalize().getFileName();
    return last == null ? "data" : last.toString().replace(',', ';');
  }

  private static String meta(Path directory) {
    Path file = directory.resolve("meta.json");
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new QuiverException(ErrorCode.IO_ERROR, file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Optional<Metric> said(String meta) {
    Matcher metric = METRIC.matcher(meta);
    return metric.find() ? Optional.of(metric(metric.group(1))) : Optional.empty();
  }

  /** The metric of a name. */
  static Metric metric(String name) {
    return switch (name) {
      case "l2" -> Metric.L2;
      case "cosine" -> Metric.COSINE;
      case "ip" -> Metric.NEGATIVE_INNER_PRODUCT;
      default ->
          throw AnnOptions.wrong("the metric is \"" + name + "\", it must be l2, cosine or ip");
    };
  }

  private static String name(Metric metric) {
    return switch (metric) {
      case COSINE -> "cosine";
      case NEGATIVE_INNER_PRODUCT -> "ip";
      default -> "l2";
    };
  }

  /** A vector, decoded. */
  public static float[] floats(VectorRows rows, int row) {
    MemorySegment decoded = Arena.ofAuto().allocate(4L * rows.dimension(), 64);
    rows.decode(row, decoded, 0);
    return decoded.toArray(FLOAT);
  }

  /** What is searched for, one request a query. */
  List<SearchRequest> requests(int k, Effort effort) {
    List<SearchRequest> requests = new ArrayList<>();
    for (int i = 0; i < queries.count(); i++) {
      requests.add(
          SearchRequest.of(queries.row(i), k, rows.count())
              .withEffort(effort)
              .withFilter(filters.bits().get(i)));
    }
    return requests;
  }

  /**
   * Which part of the truth was found.
   *
   * @param found the rows, of which the first so many count
   */
  double recall(int query, int[] found, int count) {
    int[] wanted = truth.get(query);
    int hits = 0;
    for (int row : wanted) {
      for (int i = 0; i < count; i++) {
        if (found[i] == row) {
          hits++;
          break;
        }
      }
    }
    return wanted.length == 0 ? 1 : (double) hits / wanted.length;
  }

  private boolean readTruth(AnnOptions options, boolean plainServes, PrintWriter notes) {
    String ofMetric = "gt_" + name(rows.metric()) + (options.filtered() ? "_filtered" : "");
    String plain = options.filtered() ? "fgt" : "gt";
    for (String file : plainServes ? List.of(ofMetric, plain) : List.of(ofMetric)) {
      Path path = options.data().resolve(file + ".ivecs");
      Optional<int[][]> read = VectorFile.integers(path);
      if (read.isPresent() && takeTruth(path, read.get(), options.k())) {
        notes.println("truth: " + path);
        return true;
      }
    }
    return false;
  }

  private boolean takeTruth(Path file, int[][] read, int k) {
    if (read.length != queries.count()) {
      throw AnnOptions.wrong(
          file + " has " + read.length + " rows for " + queries.count() + " queries");
    }
    for (int query = 0; query < read.length; query++) {
      int length = 0;
      while (length < Math.min(k, read[query].length) && read[query][length] >= 0) {
        if (read[query][length] >= rows.count()) {
          throw AnnOptions.wrong(
              file + " names row " + read[query][length] + ", base has " + rows.count());
        }
        length++;
      }
      // A row of the file that simply ends, and not with -1, may lack what is wanted.
      if (length == read[query].length && length < Math.min(k, filters.bits().get(query).count())) {
        return false;
      }
      truth.set(query, Arrays.copyOf(read[query], length));
    }
    return true;
  }

  private void computeTruth(AnnOptions options) {
    List<SearchRequest> requests = requests(options.k(), Effort.DEFAULT);
    FlatIndex flat = new FlatIndex(rows);
    int groups = (requests.size() + QUERIES_AT_ONCE - 1) / QUERIES_AT_ONCE;
    new Workers(BuildOptions.threads(options.buildThreads()))
        .forEach(
            0,
            groups,
            1,
            1.0,
            flat::searcher,
            (searcher, group) -> {
              int from = group * QUERIES_AT_ONCE;
              int to = Math.min(requests.size(), from + QUERIES_AT_ONCE);
              List<Neighbors> found = new ArrayList<>();
              for (int query = from; query < to; query++) {
                found.add(new Neighbors());
              }
              searcher.search(requests.subList(from, to), found);
              for (int query = from; query < to; query++) {
                truth.set(query, found.get(query - from).rows());
              }
            });
  }
}
