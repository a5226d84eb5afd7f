package io.quiver.vector.quantize;

import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Codes of 4 bits for parts of a vector: the number of the nearest of 16 codewords, which k-means
 * finds for each part (Jégou, Douze and Schmid, TPAMI 2011). It is immutable.
 *
 * <p>Part p of m has the dimensions from {@code p * D / m} on, rounded down. The codewords stand
 * dimension by dimension, 16 floats each: of codewords 0 to 15.
 */
public final class ProductQuantizer {
  /** Codewords of a part. */
  public static final int CODEWORDS = 16;

  private static final int ROUNDS = 10;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int dimension;
  private final int parts;
  private final MemorySegment codewords;

  /** The greatest size of an element of a codeword, by dimension. */
  private final float[] greatest;

  /**
   * @param codewords of {@link #bytes}
   */
  public ProductQuantizer(int dimension, int parts, MemorySegment codewords) {
    if (parts < 1 || parts > dimension) {
      throw new IllegalArgumentException(
          parts + " parts of " + dimension + " dimensions; there may be one a dimension");
    }
    this.dimension = dimension;
    this.parts = parts;
    this.codewords = codewords;
    greatest = new float[dimension];
    for (int d = 0; d < dimension; d++) {
      for (int word = 0; word < CODEWORDS; word++) {
        greatest[d] = Math.max(greatest[d], Math.abs(element(d, word)));
      }
    }
  }

  /** Bytes of the codewords. */
  public static long bytes(int dimension) {
    return 4L * CODEWORDS * dimension;
  }

  /**
   * Finds the codewords.
   *
   * @param sample vectors, at least one
   */
  public static ProductQuantizer train(float[][] sample, int dimension, int parts, long seed) {
    MemorySegment codewords = NativeMemory.allocate(bytes(dimension));
    SplittableRandom random = new SplittableRandom(seed);
    for (int part = 0; part < parts; part++) {
      int from = from(part, dimension, parts);
      int to = from(part + 1, dimension, parts);
      float[] words = train(sample, from, to, random);
      for (int i = 0; i < words.length; i++) {
        codewords.set(FLOAT, 4L * CODEWORDS * from + 4L * i, words[i]);
      }
    }
    return new ProductQuantizer(dimension, parts, codewords);
  }

  /** Lloyd's rounds from random vectors; returns the codewords dimension by dimension. */
  private static float[] train(float[][] sample, int from, int to, SplittableRandom random) {
    int length = to - from;
    float[] words = new float[length * CODEWORDS];
    for (int word = 0; word < CODEWORDS; word++) {
      copyInto(words, word, sample[random.nextInt(sample.length)], from, length);
    }
    for (int round = 0; round < ROUNDS; round++) {
      double[] sums = new double[words.length];
      int[] counts = new int[CODEWORDS];
      for (float[] vector : sample) {
        int word = nearest(words, vector, from, length);
        counts[word]++;
        for (int d = 0; d < length; d++) {
          sums[d * CODEWORDS + word] += vector[from + d];
        }
      }
      for (int word = 0; word < CODEWORDS; word++) {
        if (counts[word] == 0) {
          copyInto(words, word, sample[random.nextInt(sample.length)], from, length);
          continue;
        }
        for (int d = 0; d < length; d++) {
          words[d * CODEWORDS + word] = (float) (sums[d * CODEWORDS + word] / counts[word]);
        }
      }
    }
    return words;
  }

  private static void copyInto(float[] words, int word, float[] vector, int from, int length) {
    for (int d = 0; d < length; d++) {
      words[d * CODEWORDS + word] = vector[from + d];
    }
  }

  private static int nearest(float[] words, float[] vector, int from, int length) {
    int nearest = 0;
    float least = Float.POSITIVE_INFINITY;
    for (int word = 0; word < CODEWORDS; word++) {
      float squared = 0;
      for (int d = 0; d < length; d++) {
        float difference = vector[from + d] - words[d * CODEWORDS + word];
        squared += difference * difference;
      }
      if (squared < least) {
        least = squared;
        nearest = word;
      }
    }
    return nearest;
  }

  private static int from(int part, int dimension, int parts) {
    return (int) ((long) part * dimension / parts);
  }

  public int parts() {
    return parts;
  }

  /** The first dimension of a part, or the dimensions of all for the part behind the last. */
  public int from(int part) {
    return from(part, dimension, parts);
  }

  /** The codewords, dimension by dimension. */
  public MemorySegment codewords() {
    return codewords;
  }

  /** An element of a codeword of the part that has the dimension. */
  public float element(int d, int word) {
    return codewords.get(FLOAT, 4L * (CODEWORDS * d + word));
  }

  /** The number of the codeword that is nearest to the vector's part. */
  public int code(float[] vector, int part) {
    int nearest = 0;
    float least = Float.POSITIVE_INFINITY;
    int to = from(part + 1);
    for (int word = 0; word < CODEWORDS; word++) {
      float squared = 0;
      for (int d = from(part); d < to; d++) {
        float difference = vector[d] - element(d, word);
        squared += difference * difference;
      }
      if (squared < least) {
        least = squared;
        nearest = word;
      }
    }
    return nearest;
  }

  /** A bound for the size of a part's products with the vector. */
  float bound(MemorySegment vector, long at, int part) {
    float bound = 0;
    int to = from(part + 1);
    for (int d = from(part); d < to; d++) {
      bound += Math.abs(vector.get(FLOAT, at + 4L * d)) * greatest[d];
    }
    return bound;
  }
}
