package io.quiver.vector.index.fused;

import io.quiver.vector.distance.ExactPointDistances;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.PointDistances;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.memory.AbsoluteMemory;
import java.lang.foreign.MemorySegment;

/**
 * Points of nodes as floats, each with its padding: in the nodes' blocks, or apart.
 *
 * @param start of the first, as {@link AbsoluteMemory#start} returned
 * @param stride bytes from one to the next
 * @param floats of a point, a multiple of 16
 */
record FloatPoints(MemorySegment memory, long start, long stride, int floats) {
  static FloatPoints of(MemorySegment memory, long stride, int floats) {
    return new FloatPoints(
        memory, AbsoluteMemory.start(memory, 0, memory.byteSize()), stride, floats);
  }

  long at(int node) {
    return start + node * stride;
  }

  /** The squared distance of two nodes. */
  float between(int a, int b) {
    return FusedKernels.l2Squared(memory, at(a), memory, at(b), floats);
  }

  /** Squared distances from a node to several others at once, for one thread. */
  PointDistances distances() {
    RowBlock block = new RowBlock(memory, 0, stride, floats);
    return new ExactPointDistances(Metric.L2_SQUARED, block, null);
  }
}
