package io.quiver.vector.quantize;

import static io.quiver.vector.memory.AbsoluteMemory.all;

import io.quiver.vector.distance.VectorWidth;
import io.quiver.vector.memory.AbsoluteMemory;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A query as {@link PackedCodes} are compared with: seven bits a dimension, laid out for the width
 * of this machine's vectors. It belongs to one thread and is used again for each query.
 */
public final class PackedQuery {
  /** So that four products with 4 bits each, and eight with 2, fit a short. */
  private static final int LARGEST = 63;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final PackedCodes codes;
  private final MemorySegment memory;
  private final long position;
  private float squared;
  private float scale;
  private float sum;

  public PackedQuery(PackedCodes codes) {
    this.codes = codes;
    this.memory = NativeMemory.allocate(2L * codes.dimension());
    this.position = AbsoluteMemory.start(memory, 0, 2L * codes.dimension());
  }

  /** Takes the rotated query, less the centre. */
  public void set(MemorySegment points, long residual) {
    float largest = 0;
    double length = 0;
    for (int i = 0; i < codes.dimension(); i++) {
      float x = all(points).get(FLOAT, residual + 4L * i);
      largest = Math.max(largest, Math.abs(x));
      length += (double) x * x;
    }
    squared = (float) length;
    scale = largest == 0 ? 1 : largest / LARGEST;
    int whole = 0;
    for (int i = 0; i < codes.dimension(); i++) {
      int x = Math.round(all(points).get(FLOAT, residual + 4L * i) / scale);
      whole += x;
      all(memory).set(SHORT, position + 2L * place(i), (short) x);
    }
    sum = whole;
  }

  /** Planes of one vector's width stand together; behind the last whole one, planes of a unit. */
  private int place(int d) {
    int planes = codes.planes();
    int perUnit = planes * PackedCodes.UNIT_SHORTS;
    int unit = d / perUnit;
    int plane = d % perUnit / PackedCodes.UNIT_SHORTS;
    int lane = d % PackedCodes.UNIT_SHORTS;
    int units = VectorWidth.SHORTS.length() / PackedCodes.UNIT_SHORTS;
    int whole = codes.codeBytes() / PackedCodes.UNIT_BYTES / units * units;
    if (unit >= whole) {
      return unit * perUnit + plane * PackedCodes.UNIT_SHORTS + lane;
    }
    int inGroup = unit % units;
    return (unit - inGroup) * perUnit + (plane * units + inGroup) * PackedCodes.UNIT_SHORTS + lane;
  }

  PackedCodes codes() {
    return codes;
  }

  MemorySegment memory() {
    return memory;
  }

  long position() {
    return position;
  }

  /** The squared length of the query less the centre. */
  public float squared() {
    return squared;
  }

  float scale() {
    return scale;
  }

  float sum() {
    return sum;
  }
}
