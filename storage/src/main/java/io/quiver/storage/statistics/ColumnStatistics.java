package io.quiver.storage.statistics;

import io.quiver.storage.catalog.TableCodec;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.types.SqlType;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a column of a segment as a whole, deleted rows included.
 *
 * <p>As bytes: the type ({@link TableCodec}), a {@link ZoneMap} of one zone, whether there is a
 * sketch (byte) and the {@link DistinctSketch}, whether it is of vectors (byte) and their {@link
 * VectorStatistics}.
 *
 * @param range the least and the greatest value, and the nulls: one zone
 * @param distinct counts the different values; null for ARRAY and VECTOR
 * @param vectors null for any other type than VECTOR
 */
public record ColumnStatistics(
    SqlType type,
    ZoneMap range,
    @Nullable DistinctSketch distinct,
    @Nullable VectorStatistics vectors) {

  public int rows() {
    return range.rows();
  }

  public int nulls() {
    return range.zones() == 0 ? 0 : range.nulls(0);
  }

  public void write(ByteWriter out) {
    TableCodec.writeType(type, out);
    range.write(out);
    out.putByte(distinct == null ? 0 : 1);
    if (distinct != null) {
      distinct.write(out);
    }
    out.putByte(vectors == null ? 0 : 1);
    if (vectors != null) {
      vectors.write(out);
    }
  }

  public static ColumnStatistics read(ByteReader in) {
    SqlType type = TableCodec.readType(in);
    ZoneMap range = ZoneMap.read(type, in);
    DistinctSketch distinct = in.getByte() == 0 ? null : DistinctSketch.read(in);
    VectorStatistics vectors = in.getByte() == 0 ? null : VectorStatistics.read(in);
    return new ColumnStatistics(type, range, distinct, vectors);
  }
}
