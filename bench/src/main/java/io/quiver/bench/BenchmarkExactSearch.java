package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How much does an exact search in SQL cost beyond the distances themselves, and the very first
 * one?
 *
 * <p>Prints the first search of the JVM, then the least and the middle time of searches without a
 * filter, with a filter that a tenth of the rows pass, of the kernel alone over as many rows in
 * memory of the same shape, and of adding up these rows' numbers by the Vector API; these are taken
 * in turn, so that a busy machine slows all alike.
 *
 * <p>Arguments: rows (100000), dimensions (384), rounds (100).
 */
public final class BenchmarkExactSearch {
  private static final int INSERT_ROWS = 1000;
  private static final int K = 10;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private final int rows;
  private final int dimension;
  private final Random random = new Random(1);

  private BenchmarkExactSearch(int rows, int dimension) {
    this.rows = rows;
    this.dimension = dimension;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    int dimension = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 384;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 100;
    new BenchmarkExactSearch(rows, dimension).run(rounds);
  }

  private void run(int rounds) {
    try (Database database = Database.inMemory("bench");
        Session session = database.connect();
        Session shared = database.connect()) {
      fill(session);
      session.execute("SET quiver.search_threads = 1").close();
      String order = " ORDER BY v <-> ? LIMIT " + K;
      PreparedStatement plain = session.prepare("SELECT id FROM t" + order);
      PreparedStatement tenth = session.prepare("SELECT id FROM t WHERE tenth = 3" + order);
      PreparedStatement byAll = shared.prepare("SELECT id FROM t" + order);
      System.out.printf("first search %.1f ms%n", search(session, plain) / 1e6);
      long[] searches = new long[rounds];
      long[] filtered = new long[rounds];
      long[] byThreads = new long[rounds];
      long[] kernel = new long[rounds];
      long[] sum = new long[rounds];
      MemorySegment memory = Arena.ofAuto().allocate(4L * rows * dimension, 64);
      for (int row = 0; row < rows; row++) {
        long at = 4L * row * dimension;
        MemorySegment.copy(vector(), 0, memory, ValueLayout.JAVA_FLOAT, at, dimension);
      }
      warmUp(session, plain, tenth, memory);
      for (int round = 0; round < rounds; round++) {
        searches[round] = search(session, plain);
        kernel[round] = kernel(memory);
        sum[round] = sum(memory);
        filtered[round] = search(session, tenth);
        byThreads[round] = search(shared, byAll);
      }
      print("Vector API sum", sum, kernel);
      print("kernel alone", kernel, kernel);
      print("SQL, k = 10", searches, kernel);
      print("SQL, k = 10, a tenth passes", filtered, kernel);
      print("SQL, k = 10, by all threads", byThreads, kernel);
    }
  }

  private void fill(Session session) {
    session
        .execute("CREATE TABLE t (id INTEGER, tenth INTEGER, v VECTOR(" + dimension + "))")
        .close();
    String insert = "INSERT INTO t VALUES (?, ?, ?)" + ", (?, ?, ?)".repeat(INSERT_ROWS - 1);
    PreparedStatement statement = session.prepare(insert);
    for (int row = 0; row < rows; row += INSERT_ROWS) {
      Object[] values = new Object[3 * INSERT_ROWS];
      for (int i = 0; i < INSERT_ROWS; i++) {
        values[3 * i] = row + i;
        values[3 * i + 1] = random.nextInt(10);
        values[3 * i + 2] = vector();
      }
      session.execute(statement, Arrays.asList(values)).close();
    }
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  private void warmUp(
      Session session, PreparedStatement plain, PreparedStatement tenth, MemorySegment memory) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < 4_000_000_000L) {
      search(session, plain);
      search(session, tenth);
      kernel(memory);
      sum(memory);
    }
  }

  private long search(Session session, PreparedStatement statement) {
    float[] query = vector();
    long start = System.nanoTime();
    int found = 0;
    try (QueryResult result = session.execute(statement, List.of(query))) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        found += batch.rowCount();
      }
    }
    long spent = System.nanoTime() - start;
    if (found != K) {
      throw new IllegalStateException("found " + found + " rows");
    }
    return spent;
  }

  private long kernel(MemorySegment memory) {
    MemorySegment query = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, vector());
    double[] out = new double[Batch.ROWS];
    long start = System.nanoTime();
    for (int from = 0; from < rows; from += Batch.ROWS) {
      RowBlock block = new RowBlock(memory, 4L * from * dimension, 4L * dimension, dimension);
      int count = Math.min(Batch.ROWS, rows - from);
      DistanceKernels.get().distances(Metric.L2, query, block, count, out);
    }
    return System.nanoTime() - start;
  }

  /** As fast as this machine reads the rows: four sums, so that none waits for itself. */
  private long sum(MemorySegment memory) {
    long start = System.nanoTime();
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    long bytes = memory.byteSize();
    long step = SPECIES.vectorByteSize();
    for (long at = 0; at + 4 * step <= bytes; at += 4 * step) {
      a = a.add(FloatVector.fromMemorySegment(SPECIES, memory, at, ORDER));
      b = b.add(FloatVector.fromMemorySegment(SPECIES, memory, at + step, ORDER));
      c = c.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 2 * step, ORDER));
      d = d.add(FloatVector.fromMemorySegment(SPECIES, memory, at + 3 * step, ORDER));
    }
    float total = a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
    if (Float.isNaN(total)) {
      throw new IllegalStateException("the rows have a NaN");
    }
    return System.nanoTime() - start;
  }

  /** The middle ratio is that of searches and kernel runs that followed each other. */
  private static void print(String what, long[] nanos, long[] base) {
    double[] ratios = new double[nanos.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = (double) nanos[i] / base[i];
    }
    Arrays.sort(ratios);
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    System.out.printf(
        "%-28s least %.2f ms, median %.2f ms, median ratio to the kernel %.2f%n",
        what, sorted[0] / 1e6, sorted[middle] / 1e6, ratios[middle]);
  }
}
