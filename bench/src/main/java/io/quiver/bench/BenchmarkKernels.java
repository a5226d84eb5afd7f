package io.quiver.bench;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.quantize.Rabitq;
import io.quiver.vector.quantize.RabitqQuery;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;

/**
 * How fast are the kernels beside those that a C compiler makes, in the same process and over the
 * same memory?
 *
 * <p>One call takes 10,000 rows. Both are timed in turn, and the middle of the ratios of all rounds
 * counts: 1.0 is parity, above it Java is faster. Needs gcc and a processor with AVX-512, and does
 * nothing without them. Ends with status 1 when a kernel is more than 20 % below its bar, or, where
 * it has not reached that yet, below what was recorded. An argument restricts it to the kernels
 * whose name and dimension begin with it.
 */
public final class BenchmarkKernels {
  private static final int ROWS = 10_000;
  private static final int ROUNDS = 101;
  private static final double TOLERANCE = 0.8;
  private static final Bar FAST_SCAN = new Bar(0.95, 0.71);
  private static final int WARM_UP_RUNS = 300;
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  /** A whole number of blocks of 32. */
  private static final int CODES = 9_984;

  /**
   * A kernel, and what it has to reach.
   *
   * @param function in {@code kernels.c}
   */
  private record Kernel(
      String function, Metric metric, Encoding encoding, int dimension, Bar bar) {}

  /**
   * C's time over Java's.
   *
   * @param wanted what a kernel should reach
   * @param recorded what it had when this was last measured
   */
  private record Bar(double wanted, double recorded) {
    boolean missedBy(double ratio) {
      return ratio < TOLERANCE * Math.min(wanted, recorded);
    }
  }

  private static final List<Kernel> KERNELS =
      List.of(
          new Kernel("l2_squared", Metric.L2_SQUARED, Encoding.FLOAT32, 128, new Bar(0.8, 0.65)),
          new Kernel("l2_squared", Metric.L2_SQUARED, Encoding.FLOAT32, 768, new Bar(0.8, 0.80)),
          new Kernel(
              "inner_product",
              Metric.NEGATIVE_INNER_PRODUCT,
              Encoding.FLOAT32,
              128,
              new Bar(0.8, 0.80)),
          new Kernel(
              "inner_product",
              Metric.NEGATIVE_INNER_PRODUCT,
              Encoding.FLOAT32,
              768,
              new Bar(0.8, 0.80)),
          new Kernel(
              "int8_inner_product",
              Metric.NEGATIVE_INNER_PRODUCT,
              Encoding.INT8,
              128,
              new Bar(0.85, 0.75)),
          new Kernel(
              "int8_inner_product",
              Metric.NEGATIVE_INNER_PRODUCT,
              Encoding.INT8,
              768,
              new Bar(0.85, 0.75)),
          new Kernel("hamming", Metric.HAMMING, Encoding.BINARY, 128, new Bar(0.9, 0.70)),
          new Kernel("hamming", Metric.HAMMING, Encoding.BINARY, 768, new Bar(0.9, 0.80)),
          new Kernel("hamming", Metric.HAMMING, Encoding.BINARY, 1024, new Bar(0.9, 0.67)));

  private BenchmarkKernels() {}

  public static void main(String[] arguments) throws Exception {
    String missing = missing();
    if (!missing.isEmpty()) {
      System.out.println("no kernels were measured: there is no " + missing);
      return;
    }
    SymbolLookup compiled = compile();
    boolean fallen = false;
    System.out.println(
        "kernel                    dimension  Java ns/row  C ns/row  C/Java  bar   record");
    String wanted = arguments.length > 0 ? arguments[0] : "";
    for (Kernel kernel : KERNELS) {
      if (!(kernel.function() + kernel.dimension()).startsWith(wanted)) {
        continue;
      }
      double ratio = measure(kernel, compiled);
      fallen |= kernel.bar().missedBy(ratio);
    }
    for (int codeBits : new int[] {128, 832}) {
      if (!("fastscan" + codeBits).startsWith(wanted)) {
        continue;
      }
      fallen |= FAST_SCAN.missedBy(measureFastScan(codeBits, compiled));
    }
    if (fallen) {
      System.out.println("a kernel fell more than 20 % below its bar or record");
      System.exit(1);
    }
  }

  /** What the measure needs and this machine lacks; empty when it has all. */
  private static String missing() throws IOException, InterruptedException {
    Path processor = Path.of("/proc/cpuinfo");
    if (!Files.exists(processor) || !Files.readString(processor).contains("avx512_vpopcntdq")) {
      return "AVX-512 with VPOPCNTDQ";
    }
    try {
      Process gcc = new ProcessBuilder("gcc", "--version").redirectErrorStream(true).start();
      gcc.getInputStream().readAllBytes();
      return gcc.waitFor() == 0 ? "" : "gcc that works";
    } catch (IOException e) {
      return "gcc: " + e.getMessage();
    }
  }

  private static double measure(Kernel kernel, SymbolLookup compiled) throws Exception {
    int dimension = kernel.dimension();
    Encoding encoding = kernel.encoding();
    SplittableRandom random = new SplittableRandom(7);
    MemorySegment query = random(encoding, dimension, 1, random);
    MemorySegment rows = random(encoding, dimension, ROWS, random);
    MemorySegment theirs = Arena.ofAuto().allocate(8L * ROWS, 64);
    double[] ours = new double[ROWS];
    RowBlock block = RowBlock.packed(rows, dimension, encoding);
    DistanceKernels kernels = warm(encoding);
    MethodHandle function = function(compiled, kernel.function());
    double[] ratios = new double[ROUNDS];
    double[] java = new double[ROUNDS];
    double[] c = new double[ROUNDS];
    warmUp(() -> kernels.distances(kernel.metric(), query, block, ROWS, ours));
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      kernels.distances(kernel.metric(), query, block, ROWS, ours);
      long middle = System.nanoTime();
      call(function, query, rows, ROWS, dimension, theirs);
      long end = System.nanoTime();
      java[round] = (middle - start) / (double) ROWS;
      c[round] = (end - middle) / (double) ROWS;
      ratios[round] = c[round] / java[round];
    }
    check(kernel, ours, theirs);
    double ratio = median(ratios);
    print(kernel.function(), dimension, java, c, ratio, kernel.bar());
    return ratio;
  }

  /** As a database has them after its first second. */
  private static DistanceKernels warm(Encoding encoding) throws InterruptedException {
    DistanceKernels kernels = DistanceKernels.get(encoding);
    for (int i = 0; i < 300 && !kernels.description().startsWith("SIMD"); i++) {
      Thread.sleep(100);
      kernels = DistanceKernels.get(encoding);
    }
    return kernels;
  }

  /** Blocks of 32 codes of a bit a dimension. */
  private static double measureFastScan(int codeBits, SymbolLookup compiled) {
    Rabitq codes = new Rabitq(codeBits);
    SplittableRandom random = new SplittableRandom(7);
    MemorySegment points = random(Encoding.FLOAT32, codeBits, 2, random);
    MemorySegment blocks = Arena.ofAuto().allocate((long) codes.blockBytes() * CODES / 32, 64);
    long query = AbsoluteMemory.start(points, 0, 4L * codeBits);
    long base = AbsoluteMemory.start(blocks, 0, blocks.byteSize());
    MemorySegment point = Arena.ofAuto().allocate(8L * codeBits, 64);
    long vector = AbsoluteMemory.start(point, 0, 8L * codeBits);
    for (int row = 0; row < CODES; row++) {
      point.asSlice(0, 4L * codeBits).copyFrom(random(Encoding.FLOAT32, codeBits, 1, random));
      long block = base + (long) codes.blockBytes() * (row / 32);
      codes.encode(point, vector, vector + 4L * codeBits, blocks, block, row % 32);
    }
    RabitqQuery table = new RabitqQuery(codes);
    MemorySegment theirs = Arena.ofAuto().allocate(8L * CODES, 64);
    double[] ours = new double[CODES];
    MethodHandle function = function(compiled, "rabitq");
    double[] ratios = new double[ROUNDS];
    double[] java = new double[ROUNDS];
    double[] c = new double[ROUNDS];
    Runnable scan =
        () -> {
          table.set(points, query);
          for (int block = 0; block < CODES / 32; block++) {
            codes.estimate(blocks, base + (long) codes.blockBytes() * block, table, 0);
          }
        };
    warmUp(scan);
    for (int round = 0; round < ROUNDS; round++) {
      long start = System.nanoTime();
      scan.run();
      long middle = System.nanoTime();
      call(function, points, blocks, CODES, codeBits, theirs);
      long end = System.nanoTime();
      java[round] = (middle - start) / (double) CODES;
      c[round] = (end - middle) / (double) CODES;
      ratios[round] = c[round] / java[round];
    }
    for (int block = 0; block < CODES / 32; block++) {
      codes.estimate(blocks, base + (long) codes.blockBytes() * block, table, 0);
      for (int slot = 0; slot < 32; slot++) {
        ours[32 * block + slot] = table.estimate(slot);
      }
    }
    for (int i = 0; i < CODES; i++) {
      double expected = theirs.get(ValueLayout.JAVA_DOUBLE, 8L * i);
      if (Math.abs(ours[i] - expected) > 0.02 * Math.abs(expected) + 0.2) {
        throw new IllegalStateException("code " + i + ": " + ours[i] + " and " + expected);
      }
    }
    print("fastscan", codeBits, java, c, median(ratios), FAST_SCAN);
    return median(ratios);
  }

  /** Until the compiler has seen enough of it, and has had the time to compile it. */
  private static void warmUp(Runnable kernel) {
    for (int run = 0; run < WARM_UP_RUNS; run++) {
      kernel.run();
    }
    // By processor time: on a busy machine the compiler gets as little of it as this thread.
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    while (threads.getCurrentThreadCpuTime() - start < WARM_UP_NANOS) {
      kernel.run();
    }
  }

  private static void print(
      String name, int dimension, double[] java, double[] c, double ratio, Bar bar) {
    System.out.printf(
        Locale.ROOT,
        "%-25s %9d  %11.1f  %8.1f  %6.2f  %.2f  %.2f%n",
        name,
        dimension,
        median(java),
        median(c),
        ratio,
        bar.wanted(),
        bar.recorded());
  }

  private static void check(Kernel kernel, double[] ours, MemorySegment theirs) {
    for (int i = 0; i < ROWS; i++) {
      double expected = theirs.get(ValueLayout.JAVA_DOUBLE, 8L * i);
      if (Math.abs(ours[i] - expected) > 1e-4 * Math.max(1, Math.abs(expected))) {
        throw new IllegalStateException(
            kernel + ", row " + i + ": " + ours[i] + " and " + expected + " differ");
      }
    }
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static MemorySegment random(
      Encoding encoding, int dimension, int rows, SplittableRandom random) {
    long bytes = (long) encoding.bytes(dimension) * rows;
    MemorySegment memory = Arena.ofAuto().allocate(bytes, 64);
    if (encoding == Encoding.FLOAT32) {
      for (long at = 0; at < bytes; at += 4) {
        memory.set(ValueLayout.JAVA_FLOAT, at, random.nextFloat() - 0.5f);
      }
    } else {
      for (long at = 0; at < bytes; at++) {
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
      }
    }
    return memory;
  }

  @SuppressWarnings("restricted")
  private static SymbolLookup compile() throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("quiver-kernels");
    Path source = directory.resolve("kernels.c");
    Path library = directory.resolve("kernels.so");
    try (InputStream text = BenchmarkKernels.class.getResourceAsStream("kernels.c")) {
      Files.copy(Objects.requireNonNull(text), source);
    }
    Process gcc =
        new ProcessBuilder(
                "gcc",
                "-O3",
                "-march=native",
                "-shared",
                "-fPIC",
                "-o",
                library.toString(),
                source.toString())
            .inheritIO()
            .start();
    if (gcc.waitFor() != 0) {
      throw new IllegalStateException("gcc ended with status " + gcc.exitValue());
    }
    return SymbolLookup.libraryLookup(library, Arena.global());
  }

  @SuppressWarnings("restricted")
  private static MethodHandle function(SymbolLookup compiled, String name) {
    return Linker.nativeLinker()
        .downcallHandle(
            compiled.findOrThrow(name),
            FunctionDescriptor.ofVoid(
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.ADDRESS));
  }

  private static void call(
      MethodHandle function,
      MemorySegment query,
      MemorySegment rows,
      int count,
      int dimension,
      MemorySegment out) {
    try {
      function.invokeExact(query, rows, (long) count, (long) dimension, out);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
