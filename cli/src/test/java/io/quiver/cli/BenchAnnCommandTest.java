package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the command over a small directory of vectors. */
class BenchAnnCommandTest {
  private static final int ROWS = 500;
  private static final int QUERIES = 20;
  private static final int DIMENSION = 12;

  private static final String HEADER =
      "peer,version,dataset,params,threads,recall@10,qps,p50_us,p95_us,build_s,index_bytes,qps_cpu,"
          + "memory_bytes";

  @TempDir Path directory;

  private final float[][] base = vectors(ROWS, 1);
  private final float[][] queries = vectors(QUERIES, 2);
  private String errors = "";

  @BeforeEach
  void writeVectors() throws IOException {
    write("base.fvecs", base);
    write("query.fvecs", queries);
  }

  @Test
  void flatFindsEverythingAndComputesTheTruthThatIsAbsent() throws IOException {
    Path plot = directory.resolve("curve.svg");
    List<String> lines =
        run("--index", "flat", "--seconds", "0.1", "--threads", "2", "--plot", plot.toString());
    assertThat(errors).contains("computing it by exact search");
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst()).isEqualTo(HEADER);
    String[] fields = lines.get(1).split(",", -1);
    String[] names = HEADER.split(",", -1);
    assertThat(fields).hasSize(names.length);
    assertThat(fields[0]).isEqualTo("quiver");
    assertThat(fields[2]).isEqualTo(directory.getFileName().toString());
    assertThat(fields[3]).isEqualTo("flat()");
    assertThat(fields[4]).isEqualTo("2");
    assertThat(fields[5]).isEqualTo("1.0000");
    for (int i = 6; i < fields.length; i++) {
      assertThat(Double.parseDouble(fields[i])).as(names[i]).isNotNegative();
    }
    assertThat(Long.parseLong(fields[12])).isEqualTo(ROWS * 64L);
    assertThat(Files.readString(plot)).startsWith("<svg").endsWith("</svg>\n").contains("1.0000");
  }

  @Test
  void truthIsReadWhereItIsOfTheMetric() throws IOException {
    int[][] truth = truth(10);
    // One of ten wrong for every query.
    for (int[] row : truth) {
      row[9] = IntStream.range(0, ROWS).filter(i -> !contains(row, i)).findFirst().orElseThrow();
    }
    write("gt.ivecs", truth);
    assertThat(recall(run("--index", "flat", "--seconds", "0.1"))).isEqualTo("0.9000");
    assertThat(errors).contains("truth: " + directory.resolve("gt.ivecs"));
    Files.writeString(directory.resolve("meta.json"), "{\"metric\": \"cosine\"}");
    assertThat(recall(run("--index", "flat", "--seconds", "0.1", "--metric", "l2")))
        .isEqualTo("1.0000");
  }

  @Test
  void filteredSearchesAskForTheLabelOfTheQuery() throws IOException {
    int[][] labels = new int[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = new int[] {row % 7};
    }
    write("labels.ivecs", labels);
    assertThat(run("--index", "flat", "--filtered", "--seconds", "0.1", "--k", "100"))
        .hasSize(2)
        .element(1)
        .asString()
        .contains(",1.0000,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"embedded", "jdbc", "flight"})
  void tablesAreAskedBySql(String way) throws IOException {
    int[][] labels = new int[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = new int[] {row % 7};
    }
    write("labels.ivecs", labels);
    String[] fields =
        run("--through", way, "--filtered", "--effort", "500", "--seconds", "0.1", "--threads", "2")
            .get(1)
            .split(",", -1);
    assertThat(fields[3]).startsWith(way + " hnsw(m=16").endsWith(" effort=500");
    assertThat(fields[5]).isEqualTo("1.0000");
    assertThat(errors).contains("CREATE VECTOR INDEX quiver_bench_ann_emb");
  }

  @Test
  void autoSaysWhatItChoseAndWhy() {
    List<String> lines =
        run("--index", "auto", "--seconds", "0.1", "--metric", "ip", "--recall", "0.5,0.9");
    assertThat(errors).contains("500 rows of 12 FLOAT32 are few enough to be scanned");
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).contains(",flat(),1,1.0000,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--index fast | --index: \"fast\" is no kind of index",
        "--index hnsw(m=1) | --index: m is 1, it must be from 2 to 128",
        "--index flat --metric l3 | --metric is \"l3\", it must be l2, cosine or ip",
        "--index flat --encoding int4 | --encoding is \"int4\", it must be",
        "--index flat --encoding int8 | does not fit into INT8",
        "--index flat --k 0 | --k is 0, it must be from 1",
        "--index flat --threads 0 | --threads is 0",
        "--index flat --build-threads -1 | --build-threads is -1",
        "--index flat --seconds 0 | --seconds is 0.0",
        "--index flat --effort 10 | flat is exact",
        "--index hnsw --effort 0 | --effort is 0",
        "--index hnsw --recall 1.5 | --recall has 1.5",
        "--index hnsw --recall 0.9 --effort 10 | --effort and --recall exclude each other",
        "--index hnsw --direct . | --direct is for diskann",
        "--index flat --through rest | --through is \"rest\", it must be index, embedded, jdbc or",
        "--index flat --url jdbc:quiver:mem:x | --url is for --through jdbc",
        "--index diskann --direct . --through flight | --direct is for the library's index",
        "--index flat --filtered | --filtered needs scalars.parquet"
      })
  void badOptionsAreOneLine(String options, String message) {
    assertThat(run(options.split(" "))).isEmpty();
    assertThat(errors.lines()).singleElement().asString().startsWith("ERROR 22").contains(message);
  }

  @Test
  void indexThatDoesNotFitTheRowsIsAnError() {
    assertThat(run("--index", "ivf_pq(parts=500)")).isEmpty();
    assertThat(errors).contains("ERROR 22").contains("parts is 500, rows have 64 dimensions");
  }

  @Test
  void badFilesAreOneLine() throws IOException {
    write("query.fvecs", new float[][] {{1, 2}});
    run("--index", "flat");
    assertThat(errors).contains("base has 12 dimensions, query has 2");
    Files.delete(directory.resolve("query.fvecs"));
    run("--index", "flat");
    assertThat(errors).startsWith("ERROR 58P01: ").contains("has no query.fvecs, no query.bvecs");
  }

  /** Returns what it prints; 2 is the exit code exactly when nothing is. */
  private List<String> run(String... options) {
    List<String> arguments = new ArrayList<>(List.of("bench", "ann", "--data", directory + ""));
    arguments.addAll(List.of(options));
    StringWriter err = new StringWriter();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      int code =
          Main.commandLine()
              .setErr(new PrintWriter(err, true))
              .execute(arguments.toArray(String[]::new));
      assertThat(code).isEqualTo(out.size() == 0 ? 2 : 0);
    } finally {
      System.setOut(before);
    }
    errors = err.toString();
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static String recall(List<String> lines) {
    return lines.get(1).split(",", -1)[5];
  }

  private static boolean contains(int[] row, int value) {
    return IntStream.of(row).anyMatch(x -> x == value);
  }

  private int[][] truth(int k) {
    int[][] truth = new int[QUERIES][];
    for (int query = 0; query < QUERIES; query++) {
      float[] wanted = queries[query];
      truth[query] =
          IntStream.range(0, ROWS)
              .boxed()
              .sorted(Comparator.comparingDouble(row -> squared(wanted, base[row])))
              .limit(k)
              .mapToInt(Integer::intValue)
              .toArray();
    }
    return truth;
  }

  private static double squared(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }

  private static float[][] vectors(int count, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][DIMENSION];
    for (float[] vector : vectors) {
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private void write(String name, float[][] rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * rows.length * (rows[0].length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      bytes.putInt(row.length);
      for (float value : row) {
        bytes.putFloat(value);
      }
    }
    byte[] all = new byte[bytes.position()];
    bytes.flip().get(all);
    Files.write(directory.resolve(name), all);
  }

  private void write(String name, int[][] rows) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * rows.length * (rows[0].length + 1)).order(ByteOrder.LITTLE_ENDIAN);
    for (int[] row : rows) {
      bytes.putInt(row.length);
      for (int value : row) {
        bytes.putInt(value);
      }
    }
    byte[] all = new byte[bytes.position()];
    bytes.flip().get(all);
    Files.write(directory.resolve(name), all);
  }
}
