package io.quiver.storage.statistics;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.codec.ColumnCodec;
import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import io.quiver.types.Widening;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Between which values those of each zone of a column lie, in the order of {@link
 * ColumnComparator}, and how many are null. A zone is so many rows that follow each other; the last
 * one has the rest. Types without an order (ARRAY, VECTOR) have no values here.
 *
 * <p>As bytes: rows of a zone (int), rows (int), for each zone its nulls (int), whether there are
 * values (byte), and then the least ones as a column of a row a zone ({@link ColumnCodec}), and the
 * greatest ones. A zone of nulls has null as both. Text and bytes are cut to {@link
 * #VALUE_BYTES_MAX}: the least one as it is, the greatest one with its last byte that is not FF
 * counted up and those behind it gone; where all are FF it is null, and nothing is known.
 */
public final class ZoneMap {
  /** Rows of a zone of a column's zone map. */
  public static final int ZONE_ROWS = 8_192;

  static final int VALUE_BYTES_MAX = 64;

  private final int zoneRows;
  private final int rows;
  private final int[] nulls;
  private final @Nullable Column least;
  private final @Nullable Column greatest;

  /**
   * The zones of a column.
   *
   * @param nulls of each zone
   * @param least null for a type without order
   * @param greatest null for a type without order
   */
  ZoneMap(int zoneRows, int rows, int[] nulls, @Nullable Column least, @Nullable Column greatest) {
    this.zoneRows = zoneRows;
    this.rows = rows;
    this.nulls = nulls;
    this.least = least;
    this.greatest = greatest;
  }

  /** Rows of each zone but the last one. */
  public int zoneRows() {
    return zoneRows;
  }

  /** Rows of all zones. */
  public int rows() {
    return rows;
  }

  /** How many rows of a zone are null. */
  public int nulls(int zone) {
    return nulls[zone];
  }

  /** What no value of a zone is below; null where nothing is known. */
  public @Nullable Column least(int zone) {
    return bound(least, zone);
  }

  /** What no value of a zone is above; null where nothing is known. */
  public @Nullable Column greatest(int zone) {
    return bound(greatest, zone);
  }

  private static @Nullable Column bound(@Nullable Column bounds, int zone) {
    return bounds == null || bounds.isNull(zone)
        ? null
        : bounds.gather(new int[] {zone}, 1, Arena.ofAuto());
  }

  /** How many zones there are. */
  public int zones() {
    return nulls.length;
  }

  static int zones(int rows, int zoneRows) {
    return Math.ceilDiv(rows, zoneRows);
  }

  /** Rows of a zone. */
  int rows(int zone) {
    return Math.min(zoneRows, rows - zone * zoneRows);
  }

  /** One row, as often as is said. */
  ZoneMap repeated(int count) {
    return new ZoneMap(Math.max(1, count), count, new int[] {nulls[0] * count}, least, greatest);
  }

  /** The same rows, whose values are of a wider type now. */
  ZoneMap widened(SqlType type) {
    return new ZoneMap(
        zoneRows,
        rows,
        nulls,
        least == null ? null : Widening.widen(least, type),
        greatest == null ? null : Widening.widen(greatest, type));
  }

  /** The same rows as one zone. */
  ZoneMap whole() {
    int[] allNulls = {Arrays.stream(nulls).sum()};
    return new ZoneMap(
        Math.max(1, rows),
        rows,
        rows == 0 ? new int[0] : allNulls,
        extreme(least, -1),
        extreme(greatest, 1));
  }

  /**
   * The least of all values (sign -1) or the greatest (1); null where a zone with values has none.
   */
  private @Nullable Column extreme(@Nullable Column values, int sign) {
    if (values == null) {
      return null;
    }
    int best = -1;
    for (int zone = 0; zone < zones(); zone++) {
      if (!hasValues(zone)) {
        continue;
      }
      if (values.isNull(zone)) {
        best = -1;
        break;
      }
      if (best < 0 || ColumnComparator.compare(values, zone, values, best) * sign > 0) {
        best = zone;
      }
    }
    return values.gather(new int[] {best}, rows == 0 ? 0 : 1, Arena.ofAuto());
  }

  /** Whether a row of a zone may fulfil the predicate. */
  public boolean mayHold(int zone, ColumnPredicate predicate) {
    return switch (predicate) {
      case ColumnPredicate.Never never -> false;
      case ColumnPredicate.IsNull isNull -> nulls[zone] > 0;
      case ColumnPredicate.Range range ->
          hasValues(zone) && reachesUp(range.low(), zone) && reachesDown(range.high(), zone);
      case ColumnPredicate.OneOf some -> hasValues(zone) && mayHoldOneOf(zone, some);
    };
  }

  private boolean reachesUp(@Nullable Bound low, int zone) {
    return low == null
        || greatest == null
        || greatest.isNull(zone)
        || low.admitsFromBelow(greatest, zone);
  }

  private boolean reachesDown(@Nullable Bound high, int zone) {
    return high == null || least == null || least.isNull(zone) || high.admitsFromAbove(least, zone);
  }

  private boolean mayHoldOneOf(int zone, ColumnPredicate.OneOf some) {
    Column values = some.values();
    int from = least == null || least.isNull(zone) ? 0 : some.firstAtLeast(least, zone);
    return from < values.length()
        && (greatest == null
            || greatest.isNull(zone)
            || ColumnComparator.compare(values, from, greatest, zone) <= 0);
  }

  /** Whether a zone's values may have that of a row among them, which is not null. */
  public boolean holds(int zone, Column column, int row) {
    return hasValues(zone)
        && (least == null
            || least.isNull(zone)
            || ColumnComparator.compare(least, zone, column, row) <= 0)
        && (greatest == null
            || greatest.isNull(zone)
            || ColumnComparator.compare(greatest, zone, column, row) >= 0);
  }

  private boolean hasValues(int zone) {
    return nulls[zone] < rows(zone);
  }

  public void write(ByteWriter out) {
    out.putInt(zoneRows).putInt(rows);
    for (int count : nulls) {
      out.putInt(count);
    }
    out.putByte(least == null ? 0 : 1);
    if (least != null && greatest != null) {
      ColumnCodec.write(least, zones(), out);
      ColumnCodec.write(greatest, zones(), out);
    }
  }

  /** Reads the zones of a column of a type. */
  public static ZoneMap read(SqlType type, ByteReader in) {
    int zoneRows = in.getInt();
    int rows = in.getInt();
    if (zoneRows < 1 || rows < 0) {
      throw in.damaged("zones of " + zoneRows + " of " + rows + " rows");
    }
    int[] nulls = new int[zones(rows, zoneRows)];
    for (int i = 0; i < nulls.length; i++) {
      nulls[i] = in.getInt();
    }
    if (in.getByte() == 0) {
      return new ZoneMap(zoneRows, rows, nulls, null, null);
    }
    Column least = ColumnCodec.read(type, nulls.length, in);
    return new ZoneMap(zoneRows, rows, nulls, least, ColumnCodec.read(type, nulls.length, in));
  }
}
