package io.quiver.vector.index.recall;

import io.quiver.vector.index.DamagedIndexException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What part of the k nearest rows a search for k finds at some efforts, for one k.
 *
 * @param queries that it rests on
 * @param points with efforts ascending and recalls that never descend, at least one
 */
record EffortCurve(int k, int queries, List<Point> points) {
  /** At most so many points are measured. */
  static final int POINTS_MAX = 64;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int HEADER_BYTES = 16;
  private static final int POINT_BYTES = 16;

  EffortCurve {
    points = List.copyOf(points);
  }

  record Point(int effort, double recall) {}

  /**
   * The least effort that finds so much, between the measured ones by a straight line over the
   * effort's logarithm; the greatest that was measured where not even that one does.
   */
  int effort(double recall) {
    Point before = points.getFirst();
    if (before.recall >= recall) {
      return before.effort;
    }
    for (Point point : points.subList(1, points.size())) {
      if (point.recall >= recall) {
        double part = (recall - before.recall) / (point.recall - before.recall);
        double effort = before.effort * Math.pow((double) point.effort / before.effort, part);
        return Math.clamp((long) Math.ceil(effort), before.effort, point.effort);
      }
      before = point;
    }
    return before.effort;
  }

  /** The recall of an effort, by the same lines; that of the nearest measured one beyond them. */
  double recall(int effort) {
    Point before = points.getFirst();
    for (Point point : points) {
      if (point.effort >= effort) {
        if (point.effort == before.effort) {
          return point.recall;
        }
        double part =
            Math.log((double) effort / before.effort)
                / Math.log((double) point.effort / before.effort);
        return before.recall + part * (point.recall - before.recall);
      }
      before = point;
    }
    return before.recall;
  }

  /** How many bytes it is written as. */
  long bytes() {
    return HEADER_BYTES + (long) POINT_BYTES * points.size();
  }

  void write(MemorySegment section, long at) {
    section.set(INT, at, k);
    section.set(INT, at + 4, queries);
    section.set(INT, at + 8, points.size());
    for (int i = 0; i < points.size(); i++) {
      long pointAt = at + HEADER_BYTES + (long) POINT_BYTES * i;
      section.set(INT, pointAt, points.get(i).effort);
      section.set(DOUBLE, pointAt + 8, points.get(i).recall);
    }
  }

  /**
   * Reads one.
   *
   * @throws DamagedIndexException when it is not what was written
   */
  static EffortCurve read(MemorySegment section, long at) {
    long left = section.byteSize() - at - HEADER_BYTES;
    int count = left < 0 ? 0 : section.get(INT, at + 8);
    if (count < 1 || count > POINTS_MAX || left < (long) POINT_BYTES * count) {
      throw new DamagedIndexException(
          "at " + at + " of " + section.byteSize() + " bytes is a curve of " + count + " points");
    }
    List<Point> points = new ArrayList<>();
    Point last = new Point(0, 0);
    for (int i = 0; i < count; i++) {
      long pointAt = at + HEADER_BYTES + (long) POINT_BYTES * i;
      Point point = new Point(section.get(INT, pointAt), section.get(DOUBLE, pointAt + 8));
      if (point.effort <= last.effort || !(point.recall >= last.recall && point.recall <= 1)) {
        throw new DamagedIndexException(point + " of a curve comes after " + last);
      }
      points.add(point);
      last = point;
    }
    return new EffortCurve(section.get(INT, at), section.get(INT, at + 4), points);
  }
}
