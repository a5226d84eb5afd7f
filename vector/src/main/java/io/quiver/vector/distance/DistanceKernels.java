package io.quiver.vector.distance;

import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Exact distances between packed rows in native memory, of any {@link Encoding}. Those of whole
 * numbers and bits are exact; over floats, sums are kept in several float lanes and brought
 * together in double; where that overflows, or where a sum of squares vanishes, they are computed
 * again in double. So a distance is infinite or zero only when it is, but for inner products, of
 * which those below about 1e-38 may be lost.
 *
 * <p>There are two: one over the JDK's Vector API, and one in plain Java for a JVM that was started
 * without that module. Both are stateless and may be shared by threads.
 */
public sealed interface DistanceKernels permits ScalarKernels, SimdKernels {
  /** The module that the fast kernels need, and that a JVM resolves only when told to. */
  String VECTOR_MODULE = "jdk.incubator.vector";

  /**
   * The kernels that are fastest now; warns once when this JVM has the slow ones alone. Otherwise
   * those serve for about a second after the first call, until the fast ones are compiled. The two
   * may differ in a float's last digit, so what is compared is computed by one of them.
   */
  static DistanceKernels get() {
    return get(Encoding.FLOAT32);
  }

  /** As {@link #get()}, for rows of this encoding: each is compiled when it is first asked for. */
  static DistanceKernels get(Encoding encoding) {
    return Chosen.fastest(encoding);
  }

  /**
   * Chooses anew.
   *
   * @param simdAllowed false for the scalar kernels, whatever the JVM offers
   */
  static DistanceKernels choose(boolean simdAllowed) {
    // SimdKernels refers to the module's classes, so it must not even be loaded without them.
    return simdAllowed && hasVectorModule() ? new SimdKernels() : new ScalarKernels();
  }

  /**
   * Refuses to go on without the Vector API.
   *
   * @param user what needs it, such as {@code hnsw}
   * @throws IllegalStateException when this JVM was started without it
   */
  static void requireVectorModule(String user) {
    if (!hasVectorModule()) {
      throw new IllegalStateException(
          user + " needs the Vector API: start Java with --add-modules " + VECTOR_MODULE);
    }
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /** What runs, such as {@code SIMD: 256-bit vectors, the widest of this processor}. */
  String description();

  /** The sum of squared differences of 32-bit floats. */
  double l2Squared(MemorySegment a, MemorySegment b, int dimension);

  /** Of 32-bit floats. */
  double innerProduct(MemorySegment a, MemorySegment b, int dimension);

  /** The sum of absolute differences of 32-bit floats. */
  double l1(MemorySegment a, MemorySegment b, int dimension);

  /**
   * One minus the cosine of the angle between vectors of 32-bit floats, from 0 to 2; NaN
   * (undefined) when a vector is zero.
   */
  double cosine(MemorySegment a, MemorySegment b, int dimension);

  /**
   * The distances from the query to the block's first rows.
   *
   * @param query packed in the rows' encoding, in native memory
   * @param out where {@code out[i]} becomes the distance to row i; NaN where it is undefined
   */
  void distances(Metric metric, MemorySegment query, RowBlock rows, int count, double[] out);

  /**
   * The distances from the query to some rows of the block.
   *
   * @param out where {@code out[i]} becomes the distance to row {@code rowNumbers[i]}
   */
  void distances(
      Metric metric, MemorySegment query, RowBlock rows, int[] rowNumbers, int count, double[] out);

  /** Holds the choice, which is made when the class is first used. */
  final class Chosen {
    private static final Duration WARM_UP_MAX = Duration.ofSeconds(30);

    private static final DistanceKernels SCALAR = new ScalarKernels();
    private static final boolean HAS_SIMD = DistanceKernels.hasVectorModule();

    /** For the encodings that somebody has asked for. */
    private static final Map<Encoding, DistanceKernels> FASTEST = new ConcurrentHashMap<>();

    static {
      if (!HAS_SIMD) {
        warn(
            "Distances are computed without SIMD, several times slower: start Java with"
                + " --add-modules "
                + VECTOR_MODULE);
      }
    }

    private Chosen() {}

    static DistanceKernels fastest(Encoding encoding) {
      DistanceKernels kernels = FASTEST.get(encoding);
      return kernels != null ? kernels : first(encoding);
    }

    private static DistanceKernels first(Encoding encoding) {
      if (FASTEST.putIfAbsent(encoding, SCALAR) == null && HAS_SIMD) {
        Thread.ofPlatform()
            .daemon()
            .name("quiver-kernel-warm-up-" + encoding)
            .start(() -> warmUp(encoding));
      }
      return SCALAR;
    }

    private static void warmUp(Encoding encoding) {
      // Merely loading the Vector API takes tens of milliseconds, so that is done here too.
      DistanceKernels simd = DistanceKernels.choose(true);
      boolean faster;
      // One at a time: side by side they would take each other's processor and time.
      synchronized (SCALAR) {
        faster = new KernelWarmUp(simd, encoding).run(WARM_UP_MAX);
      }
      if (faster) {
        FASTEST.put(encoding, simd);
      } else {
        warn(
            "SIMD over "
                + encoding
                + " did not become faster than plain Java, which therefore stays in use");
      }
    }

    private static void warn(String message) {
      System.getLogger(DistanceKernels.class.getName()).log(Level.WARNING, message);
    }
  }
}
