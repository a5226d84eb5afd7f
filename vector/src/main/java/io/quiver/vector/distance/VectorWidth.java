package io.quiver.vector.distance;

import java.lang.System.Logger.Level;
import java.util.Locale;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * How many bits kernels take at a time: what the processor has, but half of 512 where a probe shows
 * that to be faster, as on processors that slow down for the widest registers.
 *
 * <p>The system property {@code quiver.vector.bits} (512, 256 or 128) decides instead. It is a
 * property, and not an option of some call, because the compiler makes good code of a species only
 * when it is a constant by the time that a kernel's class is loaded.
 */
public final class VectorWidth {
  /** The property that sets the width. */
  public static final String PROPERTY = "quiver.vector.bits";

  private static final Choice CHOICE = choose();

  /** Floats at the chosen width. */
  public static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, CHOICE.shape());

  /** Bytes at the chosen width. */
  public static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, CHOICE.shape());

  /** Shorts at the chosen width. */
  public static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, CHOICE.shape());

  /** Ints at the chosen width. */
  public static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, CHOICE.shape());

  /** Longs at the chosen width. */
  public static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, CHOICE.shape());

  private VectorWidth() {}

  /** The width and the reason for it, in one line. */
  public static String description() {
    return CHOICE.reason();
  }

  private record Choice(VectorShape shape, String reason) {}

  private static Choice choose() {
    Choice choice = choice();
    System.getLogger(VectorWidth.class.getName()).log(Level.DEBUG, choice.reason());
    return choice;
  }

  private static Choice choice() {
    int preferred = VectorShape.preferredShape().vectorBitSize();
    String wanted = System.getProperty(PROPERTY);
    if (wanted != null) {
      int bits =
          switch (wanted) {
            case "512" -> 512;
            case "256" -> 256;
            case "128" -> 128;
            default ->
                throw new IllegalArgumentException(
                    PROPERTY + " is \"" + wanted + "\", it must be 512, 256 or 128");
          };
      return new Choice(
          VectorShape.forBitSize(Math.min(bits, preferred)),
          Math.min(bits, preferred) + "-bit vectors, as " + PROPERTY + " says");
    }
    if (preferred < 512) {
      return new Choice(
          VectorShape.preferredShape(), preferred + "-bit vectors, the widest of this processor");
    }
    double ratio = Probe.run();
    if (Double.isNaN(ratio)) {
      return new Choice(
          VectorShape.S_512_BIT,
          "512-bit vectors, the widest of this processor: a probe was not compiled in time");
    }
    boolean wide = ratio < 1.1;
    return new Choice(
        wide ? VectorShape.S_512_BIT : VectorShape.S_256_BIT,
        String.format(
            Locale.ROOT,
            "%d-bit vectors: 512 bits take %.2f times as long as 256 in a probe",
            wide ? 512 : 256,
            ratio));
  }

  /** Times the same sum of squares at both widths. */
  private static final class Probe {
    private static final int FLOATS = 1024;
    private static final int WARM_UP = 12_000;
    private static final int ROUNDS = 50;
    private static final int CALLS = 20;

    /** No processor takes so long for 1,024 floats, and no interpreter so little. */
    private static final long COMPILED_NANOS_MAX = 2_000 * CALLS;

    private static final long PROBE_NANOS_MAX = 200_000_000;

    private Probe() {}

    /**
     * How many times as long 512 bits take as 256; not a number where other work kept the compiler
     * from either of them, since that says nothing of the processor.
     */
    static double run() {
      float[] data = new float[FLOATS];
      float sink = 0;
      for (int i = 0; i < WARM_UP; i++) {
        data[i & (FLOATS - 1)] = i;
        sink += wide(data) + narrow(data);
      }
      long wideBest = Long.MAX_VALUE;
      long narrowBest = Long.MAX_VALUE;
      int round = 0;
      long begin = System.nanoTime();
      while (round < ROUNDS && System.nanoTime() - begin < PROBE_NANOS_MAX) {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
          sink += wide(data);
        }
        long middle = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
          sink += narrow(data);
        }
        wideBest = Math.min(wideBest, middle - start);
        narrowBest = Math.min(narrowBest, System.nanoTime() - middle);
        round += Math.max(wideBest, narrowBest) <= COMPILED_NANOS_MAX ? 1 : 0;
      }
      if (round < ROUNDS) {
        return Double.NaN;
      }
      // The sum is used, or the compiler would leave the loops out.
      return sink == -1 ? 1 : (double) wideBest / narrowBest;
    }

    private static float wide(float[] data) {
      FloatVector sum0 = FloatVector.zero(FloatVector.SPECIES_512);
      FloatVector sum1 = FloatVector.zero(FloatVector.SPECIES_512);
      for (int i = 0; i < FLOATS; i += 32) {
        FloatVector x = FloatVector.fromArray(FloatVector.SPECIES_512, data, i);
        FloatVector y = FloatVector.fromArray(FloatVector.SPECIES_512, data, i + 16);
        sum0 = x.fma(x, sum0);
        sum1 = y.fma(y, sum1);
      }
      return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    }

    private static float narrow(float[] data) {
      FloatVector sum0 = FloatVector.zero(FloatVector.SPECIES_256);
      FloatVector sum1 = FloatVector.zero(FloatVector.SPECIES_256);
      for (int i = 0; i < FLOATS; i += 16) {
        FloatVector x = FloatVector.fromArray(FloatVector.SPECIES_256, data, i);
        FloatVector y = FloatVector.fromArray(FloatVector.SPECIES_256, data, i + 8);
        sum0 = x.fma(x, sum0);
        sum1 = y.fma(y, sum1);
      }
      return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    }
  }
}
