package io.quiver.bench;

import io.quiver.cli.ann.AnnData;
import io.quiver.cli.ann.AnnOptions;
import io.quiver.cli.ann.LeastEffort;
import io.quiver.cli.ann.LibraryTarget;
import io.quiver.cli.ann.SearchClients;
import io.quiver.cli.ann.SearchTarget;
import io.quiver.cli.ann.TableTarget;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What do searches cost through SQL, beside the library called directly and beside pgvector?
 *
 * <p>Each target is given the least effort with which it reaches a recall. Then all are measured in
 * turn, some rounds, so that a busy machine is busy for all of them.
 *
 * <p>Arguments: directory of the data (see {@code quiver bench ann}), "plain" or "filtered", the
 * index as {@code quiver bench ann --index} has it, clients, rounds, recalls with commas, and the
 * targets: {@code index}, {@code embedded}, {@code jdbc}, {@code flight}, the JDBC URL of a running
 * server of Quiver, or one of PostgreSQL with pgvector (which gets {@code hnsw} with the same
 * parameters; behind a {@code +}, the plan without that index by a B-tree on the scalar). Behind
 * {@code each+}, one of {@code embedded}, {@code jdbc}, {@code flight} or a URL of PostgreSQL gets
 * an index for each value that is filtered by.
 */
public final class BenchmarkAnn {
  private static final int K = 10;
  private static final double ROUND_SECONDS = 3;
  private static final double WARM_UP_SECONDS = 4;

  /** Before a target that gets an index for each value that is filtered by. */
  static final String EACH = "each+";

  private final AnnData data;
  private final AnnOptions options;
  private final PrintWriter out;

  private BenchmarkAnn(AnnData data, AnnOptions options, PrintWriter out) {
    this.data = data;
    this.options = options;
    this.out = out;
  }

  /** A target with its clients, and what was measured. */
  private static final class Side {
    private final String name;
    private final SearchTarget target;
    private final SearchClients clients;
    private final List<SearchClients.Speed> speeds = new ArrayList<>();
    private Effort effort = Effort.DEFAULT;
    private double recall;

    Side(String name, SearchTarget target, SearchClients clients) {
      this.name = name;
      this.target = target;
      this.clients = clients;
    }
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws Exception {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    AnnOptions options =
        new AnnOptions(
            Path.of(arguments[0]),
            Optional.empty(),
            Encoding.FLOAT32,
            IndexSpec.parse(arguments[2]),
            K,
            Integer.parseInt(arguments[3]),
            arguments[1].equals("filtered"),
            List.of(),
            Arrays.stream(arguments[5].split(",")).map(Double::valueOf).toList(),
            ROUND_SECONDS,
            2,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    AnnData data = AnnData.load(options, out);
    new BenchmarkAnn(data, options, out)
        .run(Integer.parseInt(arguments[4]), Arrays.asList(arguments).subList(6, arguments.length));
  }

  private void run(int rounds, List<String> names) throws SQLException, InterruptedException {
    List<Side> sides = new ArrayList<>();
    for (String name : names) {
      SearchTarget target = target(name);
      out.printf(Locale.ROOT, "%s: built in %.1f s%n", name, target.buildSeconds());
      sides.add(new Side(name, target, new SearchClients(data, target, K, options.threads())));
    }
    for (double recall : options.recalls()) {
      for (Side side : sides) {
        prepare(side, recall);
      }
      for (int round = 0; round < rounds; round++) {
        for (Side side : sides) {
          side.speeds.add(side.clients.measure(side.effort, ROUND_SECONDS));
        }
      }
      sides.forEach(side -> report(side, sides.getFirst()));
    }
    for (Side side : sides) {
      side.clients.close();
      side.target.close();
    }
  }

  private SearchTarget target(String name) throws SQLException, InterruptedException {
    if (name.contains("jdbc:postgresql:")) {
      return PgvectorTarget.load(data, options, name);
    }
    if (name.startsWith("jdbc:")) {
      return TableTarget.load(data, options, name, out);
    }
    if (name.equals("index")) {
      long start = System.nanoTime();
      VectorIndex index =
          Indexes.build(options.spec(), data.rows(), BuildOptions.threads(options.buildThreads()));
      return new LibraryTarget(data, K, index, (System.nanoTime() - start) / 1e9);
    }
    boolean each = name.startsWith(EACH);
    TableTarget.Way way =
        TableTarget.Way.valueOf(name.substring(each ? EACH.length() : 0).toUpperCase(Locale.ROOT));
    return each
        ? TableTarget.loadEach(data, options, way, out)
        : TableTarget.load(data, options, way, out);
  }

  private void prepare(Side side, double recall) {
    side.speeds.clear();
    side.clients.measure(Effort.DEFAULT, WARM_UP_SECONDS);
    if (side.target.effortMax() > 0) {
      LeastEffort least =
          new LeastEffort(
              effort -> side.clients.recall(Effort.of(effort)), side.target.effortMax());
      OptionalInt effort = least.reaching(recall);
      side.effort = Effort.of(effort.orElse(side.target.effortMax()));
    }
    side.recall = side.clients.recall(side.effort);
    side.clients.measure(side.effort, WARM_UP_SECONDS);
  }

  private void report(Side side, Side first) {
    double[] rates =
        side.speeds.stream().mapToDouble(SearchClients.Speed::perSecond).sorted().toArray();
    double[] medians =
        side.speeds.stream().mapToDouble(SearchClients.Speed::medianMicros).sorted().toArray();
    double[] overFirst = new double[side.speeds.size()];
    for (int round = 0; round < overFirst.length; round++) {
      overFirst[round] =
          side.speeds.get(round).medianMicros() - first.speeds.get(round).medianMicros();
    }
    Arrays.sort(overFirst);
    int middle = rates.length / 2;
    out.printf(
        Locale.ROOT,
        "%-28s %2d clients  recall %.4f (%s)  QPS %,.0f (%,.0f to %,.0f)  p50 %.1f us (%.1f to"
            + " %.1f), over the first %.1f us (%.1f to %.1f), a search of %.1f CPU us%n",
        side.name.substring(0, Math.min(28, side.name.length())),
        options.threads(),
        side.recall,
        side.effort,
        rates[middle],
        rates[0],
        rates[rates.length - 1],
        medians[middle],
        medians[0],
        medians[medians.length - 1],
        overFirst[middle],
        overFirst[0],
        overFirst[overFirst.length - 1],
        side.speeds.stream().mapToDouble(s -> 1e6 / s.perCpuSecond()).sorted().toArray()[middle]);
  }
}
