package io.quiver.cli;

import io.quiver.cli.ann.AnnBenchmark;
import io.quiver.cli.ann.AnnOptions;
import io.quiver.cli.ann.TableTarget;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.index.IndexSpec;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Recall and speed of a vector index over vectors in files. */
@Command(
    name = "ann",
    description = {
      "Builds a vector index over the vectors of a directory and measures what part of the nearest"
          + " rows it finds, how many searches a second it answers, and what it takes. Prints CSV.",
      "The directory has base and query (.fvecs, .bvecs, .npy) and may have the true nearest rows"
          + " (gt_l2.ivecs, gt_cosine.ivecs, gt_ip.ivecs or gt.ivecs), which are computed"
          + " otherwise."
    },
    mixinStandardHelpOptions = true)
final class BenchAnnCommand implements Callable<Integer> {
  private static final int BAD_INPUT = 2;

  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "The directory with the vectors.")
  private Path data = Path.of("");

  @Option(
      names = "--metric",
      paramLabel = "NAME",
      description = "l2, cosine or ip. Default: what meta.json says, or else l2")
  private @Nullable String metric;

  @Option(
      names = "--index",
      paramLabel = "SPEC",
      description =
          "flat, hnsw, ivf_flat, ivf_sq8, ivf_pq, ivf_rabitq, diskann or auto, with parameters as"
              + " in 'hnsw(m=16,ef_construction=200,quantizer=rabitq)'. Default: ${DEFAULT-VALUE}")
  private String index = "hnsw";

  @Option(
      names = "--encoding",
      paramLabel = "NAME",
      description =
          "float32, float16, bfloat16 or int8: how elements are kept. Default: ${DEFAULT-VALUE}")
  private String encoding = "float32";

  @Option(
      names = "--k",
      paramLabel = "ROWS",
      description = "How many rows a search wants. Default: ${DEFAULT-VALUE}")
  private int k = 10;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads that search. Default: ${DEFAULT-VALUE}")
  private int threads = 1;

  @Option(
      names = "--filtered",
      description = "Search with the filter that meta.json says, over scalars.parquet.")
  private boolean filtered;

  @Option(
      names = "--through",
      paramLabel = "WHAT",
      description = {
        "Whom to ask. index: the library. embedded, jdbc, flight: a table with the index, by SQL,"
            + " within this process or over a socket; made in a temporary directory.",
        "Default: ${DEFAULT-VALUE}"
      })
  private String through = "index";

  @Option(
      names = "--url",
      paramLabel = "JDBC-URL",
      description =
          "With --through jdbc: make the table on this server, and drop it at the end, instead of"
              + " on one of this process.")
  private @Nullable String url;

  @Option(
      names = "--effort",
      paramLabel = "LIST",
      split = ",",
      description = {
        "Efforts to measure: ef_search of graphs, probes of ivf.",
        "Default: a sweep that fits the kind"
      })
  private List<Integer> efforts = new ArrayList<>();

  @Option(
      names = "--recall",
      paramLabel = "LIST",
      split = ",",
      description = "Find and measure the least effort that reaches each, as in 0.95,0.99.")
  private List<Double> recalls = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "How long each effort is measured. Default: ${DEFAULT-VALUE}")
  private double seconds = 1;

  @Option(
      names = "--build-threads",
      paramLabel = "N",
      description = "Threads that build the index. Default: ${DEFAULT-VALUE}")
  private int buildThreads = 2;

  @Option(
      names = "--direct",
      paramLabel = "DIR",
      description =
          "For diskann: put the index into this directory for the time of the run, and read its"
              + " rows from there past the page cache.")
  private @Nullable Path direct;

  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "Draw searches a second over recall.")
  private @Nullable Path plot;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter notes = spec.commandLine().getErr();
    // Not picocli's writer, which has the terminal's encoding.
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    try {
      new AnnBenchmark(options(), VersionCommand.version(), out, notes).run();
    } catch (QuiverException e) {
      return failed(out, notes, e.sqlState(), e.getMessage());
    } catch (SQLException e) {
      return failed(out, notes, e.getSQLState(), e.getMessage());
    }
    out.flush();
    return 0;
  }

  private static int failed(
      PrintWriter out, PrintWriter notes, String state, @Nullable String message) {
    out.flush();
    notes.println("ERROR " + state + ": " + message);
    return BAD_INPUT;
  }

  private AnnOptions options() {
    return new AnnOptions(
        data,
        metric == null ? Optional.empty() : Optional.of(metric(metric)),
        encoding(),
        index(),
        k,
        threads,
        filtered,
        efforts,
        recalls,
        seconds,
        buildThreads,
        Optional.ofNullable(direct),
        way(),
        Optional.ofNullable(url),
        Optional.ofNullable(plot));
  }

  private Optional<TableTarget.Way> way() {
    return switch (through) {
      case "index" -> Optional.empty();
      case "embedded" -> Optional.of(TableTarget.Way.EMBEDDED);
      case "jdbc" -> Optional.of(TableTarget.Way.JDBC);
      case "flight" -> Optional.of(TableTarget.Way.FLIGHT);
      default ->
          throw wrong(
              "--through is \"" + through + "\", it must be index, embedded, jdbc or flight");
    };
  }

  private IndexSpec index() {
    try {
      return IndexSpec.parse(index);
    } catch (IllegalArgumentException e) {
      throw new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, "--index: " + e.getMessage(), e);
    }
  }

  private static Metric metric(String name) {
    return switch (name) {
      case "l2" -> Metric.L2;
      case "cosine" -> Metric.COSINE;
      case "ip" -> Metric.NEGATIVE_INNER_PRODUCT;
      default -> throw wrong("--metric is \"" + name + "\", it must be l2, cosine or ip");
    };
  }

  private Encoding encoding() {
    return switch (encoding) {
      case "float32" -> Encoding.FLOAT32;
      case "float16" -> Encoding.FLOAT16;
      case "bfloat16" -> Encoding.BFLOAT16;
      case "int8" -> Encoding.INT8;
      default ->
          throw wrong(
              "--encoding is \"" + encoding + "\", it must be float32, float16, bfloat16 or int8");
    };
  }

  private static QuiverException wrong(String message) {
    return new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, message);
  }
}
