package io.quiver.storage.statistics;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.Layout;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes a {@link ZoneMap} of a column's rows, which come in order. Owned by one thread. */
final class RangeBuilder {
  private final int zoneRows;
  private final int rows;
  private final int[] nulls;
  private final @Nullable ColumnBuilder least;
  private final @Nullable ColumnBuilder greatest;
  private int row;
  private @Nullable Column low;
  private int lowRow;
  private @Nullable Column high;
  private int highRow;

  RangeBuilder(SqlType type, int zoneRows, int rows) {
    this.zoneRows = zoneRows;
    this.rows = rows;
    int zones = ZoneMap.zones(rows, zoneRows);
    this.nulls = new int[zones];
    boolean ordered = !(type instanceof SqlType.Array || type instanceof SqlType.Vector);
    this.least = ordered ? new ColumnBuilder(type, zones) : null;
    this.greatest = ordered ? new ColumnBuilder(type, zones) : null;
  }

  /** The next row, if it is null. */
  void addNull() {
    nulls[row / zoneRows]++;
    next();
  }

  /** The next row, if it is not null. */
  void add(Column column, int at) {
    if (least != null) {
      if (low == null || ColumnComparator.compare(column, at, low, lowRow) < 0) {
        low = column;
        lowRow = at;
      }
      if (high == null || ColumnComparator.compare(column, at, high, highRow) > 0) {
        high = column;
        highRow = at;
      }
    }
    next();
  }

  private void next() {
    row++;
    if (row % zoneRows == 0 || row == rows) {
      endZone();
    }
  }

  private void endZone() {
    if (least == null || greatest == null) {
      return;
    }
    append(least, low, lowRow, false);
    append(greatest, high, highRow, true);
    low = null;
    high = null;
  }

  private static void append(ColumnBuilder to, @Nullable Column from, int at, boolean up) {
    if (from == null) {
      to.appendNull();
      return;
    }
    boolean variable = from.type().layout() instanceof Layout.Variable;
    if (!variable || from.getBytes(at).byteSize() <= ZoneMap.VALUE_BYTES_MAX) {
      to.appendFrom(from, at);
      return;
    }
    byte[] cut = from.getBytes(at).asSlice(0, ZoneMap.VALUE_BYTES_MAX).toArray(JAVA_BYTE);
    byte[] bound = up ? above(cut) : cut;
    if (bound == null) {
      to.appendNull();
    } else {
      to.appendBytes(MemorySegment.ofArray(bound));
    }
  }

  /** The least bytes that are above all that begin with these; null where there are none. */
  private static byte @Nullable [] above(byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && prefix[length - 1] == (byte) 0xFF) {
      length--;
    }
    if (length == 0) {
      return null;
    }
    byte[] bound = Arrays.copyOf(prefix, length);
    bound[length - 1]++;
    return bound;
  }

  ZoneMap build() {
    if (row != rows) {
      throw new IllegalStateException(row + " rows of " + rows);
    }
    return new ZoneMap(
        zoneRows,
        rows,
        nulls,
        least == null ? null : least.build(),
        greatest == null ? null : greatest.build());
  }
}
