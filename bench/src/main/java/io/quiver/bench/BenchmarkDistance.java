package io.quiver.bench;

import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How long does one exact distance take, in cache and streamed from memory, with SIMD and without?
 *
 * <p>One operation is one block of {@link #ROWS} rows; divide by that for a distance.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class BenchmarkDistance {
  /** Rows of a block: 16 rows of 768 dimensions are 48 KiB, within the second level's cache. */
  public static final int ROWS = 16;

  private static final long STREAMED_BYTES = 512L << 20;

  @Param({"128", "384", "768"})
  public int dimension;

  @Param({"L2", "COSINE", "NEGATIVE_INNER_PRODUCT", "L1"})
  public Metric metric = Metric.L2;

  @Param({"true", "false"})
  public boolean simd;

  /** Whether each operation reads the next block of memory far larger than any cache. */
  @Param({"false", "true"})
  public boolean streaming;

  private final double[] out = new double[ROWS];
  private DistanceKernels kernels = DistanceKernels.get();
  private MemorySegment query = MemorySegment.NULL;
  private RowBlock[] blocks = {};
  private int next;

  /** Fills the rows with random elements. */
  @Setup
  public void allocate() {
    kernels = DistanceKernels.choose(simd);
    Random random = new Random(1);
    long blockBytes = 4L * ROWS * dimension;
    int count = streaming ? (int) (STREAMED_BYTES / blockBytes) : 1;
    query = Arena.ofAuto().allocate(4L * dimension, 64);
    fill(query, random);
    MemorySegment rows = Arena.ofAuto().allocate(blockBytes * count, 64);
    fill(rows, random);
    blocks = new RowBlock[count];
    for (int i = 0; i < count; i++) {
      blocks[i] = RowBlock.packed(rows.asSlice(i * blockBytes, blockBytes), dimension);
    }
  }

  private static void fill(MemorySegment memory, Random random) {
    for (long at = 0; at < memory.byteSize(); at += Float.BYTES) {
      memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, random.nextFloat() - 0.5f);
    }
  }

  /** One block's distances. */
  @Benchmark
  public double[] distances() {
    kernels.distances(metric, query, blocks[next], ROWS, out);
    next = next + 1 == blocks.length ? 0 : next + 1;
    return out;
  }
}
