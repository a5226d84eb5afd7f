package io.quiver.storage.segment;

import com.google.flatbuffers.FlatBufferBuilder;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.SqlType;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * A segment's files: Arrow IPC files as Arrow's columnar specification (metadata version 5) has
 * them, little-endian, uncompressed, each with one record batch. Any Arrow reader opens them.
 *
 * <pre>
 * segments/&lt;uuid&gt;/data.arrow         all columns but vectors, the row ids among them
 * segments/&lt;uuid&gt;/&lt;column&gt;.arrow     one VECTOR column
 *
 * file    0   8  the ASCII letters ARROW1, two zeros
 *         8      schema message
 *         .      record batch message, padded so that its body begins at a multiple of 64
 *         .      body: buffers, each at a multiple of 64 and zeros up to the next
 *         .   8  end of stream: FF FF FF FF 00 00 00 00
 *         .      footer
 *         .   4  length of the footer
 *         .   6  the ASCII letters ARROW1
 * </pre>
 *
 * <p>Quiver's own part is custom metadata. Of the schema: {@code quiver.format}, major.minor;
 * {@code quiver.segment}, the UUID; {@code quiver.vectors} in data.arrow, the ids of the columns
 * with files of their own, separated by commas. Of a field: {@code quiver.column}, its id; {@code
 * quiver.type}, its SQL type. Of the footer, as lower-case hexadecimal digits: {@code
 * quiver.crc32c}, the CRC32Cs of the file's blocks, separated by commas: all before the body, then
 * each buffer with the zeros behind it, the last one up to the footer; {@code
 * quiver.crc32c.footer}, the CRC32C from the footer's start to the end of the file, taken with
 * zeros for these eight digits. So every byte has its checksum.
 */
final class SegmentFormat {
  static final String FORMAT = "quiver.format";
  static final String SEGMENT = "quiver.segment";
  static final String VECTORS = "quiver.vectors";
  static final String COLUMN = "quiver.column";
  static final String SQL_TYPE = "quiver.type";
  static final String BLOCK_CHECKSUMS = "quiver.crc32c";
  static final String FOOTER_CHECKSUM = "quiver.crc32c.footer";
  static final String NO_CHECKSUM = "00000000";

  static final String MAJOR = "1";
  static final String VERSION = MAJOR + ".0";
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  static final int ALIGNMENT = 64;

  private static final String ITEM = "item";
  private static final Pattern BOUNDED_TEXT = Pattern.compile("VARCHAR\\((\\d+)\\)");

  private SegmentFormat() {}

  static long aligned(long offset, int alignment) {
    return (offset + alignment - 1) / alignment * alignment;
  }

  static String digits(int checksum) {
    return "%08x".formatted(checksum);
  }

  /** Adds a field to a schema that is being built, and gives its offset there. */
  static int addField(FlatBufferBuilder builder, SegmentColumn column) {
    SqlType type = column.column().type();
    int name = builder.createString(column.name());
    int children =
        Field.createChildrenVector(
            builder,
            type instanceof SqlType.Vector vector
                ? new int[] {addItem(builder, vector)}
                : new int[0]);
    int metadata =
        Field.createCustomMetadataVector(
            builder,
            new int[] {
              addPair(builder, COLUMN, String.valueOf(column.id().value())),
              addPair(builder, SQL_TYPE, type.sqlName())
            });
    int arrowType = addType(builder, type);
    return Field.createField(
        builder, name, column.nullable(), typeCode(type), arrowType, 0, children, metadata);
  }

  private static int addItem(FlatBufferBuilder builder, SqlType.Vector vector) {
    int name = builder.createString(ITEM);
    int children = Field.createChildrenVector(builder, new int[0]);
    int type =
        switch (vector.element()) {
          case FLOAT32 -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
        };
    return Field.createField(builder, name, false, Type.FloatingPoint, type, 0, children, 0);
  }

  static int addPair(FlatBufferBuilder builder, String key, String value) {
    int keyOffset = builder.createString(key);
    return KeyValue.createKeyValue(builder, keyOffset, builder.createString(value));
  }

  private static byte typeCode(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Type.Bool;
            case INTEGER, BIGINT -> Type.Int;
            case REAL, DOUBLE -> Type.FloatingPoint;
            case DATE -> Type.Date;
            case TIMESTAMP -> Type.Timestamp;
          };
      case SqlType.Varchar varchar -> Type.Utf8;
      case SqlType.Vector vector -> Type.FixedSizeList;
    };
  }

  private static int addType(FlatBufferBuilder builder, SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> {
              Bool.startBool(builder);
              yield Bool.endBool(builder);
            }
            case INTEGER -> Int.createInt(builder, 32, true);
            case BIGINT -> Int.createInt(builder, 64, true);
            case REAL -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
            case DOUBLE -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
            case DATE -> Date.createDate(builder, DateUnit.DAY);
            case TIMESTAMP -> Timestamp.createTimestamp(builder, TimeUnit.MICROSECOND, 0);
          };
      case SqlType.Varchar varchar -> {
        Utf8.startUtf8(builder);
        yield Utf8.endUtf8(builder);
      }
      case SqlType.Vector vector -> FixedSizeList.createFixedSizeList(builder, vector.dimension());
    };
  }

  /** Bytes of the data buffer for rows of a type with a fixed width. */
  static long dataBytes(SqlType type, long rows) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> bitmapBytes(rows);
            case INTEGER, REAL, DATE -> rows * 4;
            case BIGINT, DOUBLE, TIMESTAMP -> rows * 8;
          };
      case SqlType.Vector vector -> rows * vector.dimension() * vector.element().bytes();
      case SqlType.Varchar varchar ->
          throw new IllegalArgumentException("VARCHAR has no fixed width");
    };
  }

  static long bitmapBytes(long rows) {
    return (rows + 7) >> 3;
  }

  /** What a file says about one of its columns. */
  record StoredField(ColumnId id, String name, SqlType type) {}

  /** Reads a field, or gives null for one that no version of this format writes. */
  static @Nullable StoredField readField(Field field) {
    String id = null;
    String sqlType = null;
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue pair = field.customMetadata(i);
      if (COLUMN.equals(pair.key())) {
        id = pair.value();
      } else if (SQL_TYPE.equals(pair.key())) {
        sqlType = pair.value();
      }
    }
    if (id == null || sqlType == null) {
      return null;
    }
    SqlType type = readType(field, sqlType);
    return type == null
        ? null
        : new StoredField(new ColumnId(Integer.parseInt(id)), field.name(), type);
  }

  private static @Nullable SqlType readType(Field field, String sqlName) {
    if (field.typeType() == Type.FixedSizeList
        && field.type(new FixedSizeList()) instanceof FixedSizeList list) {
      return SqlType.vector(list.listSize());
    }
    Matcher bounded = BOUNDED_TEXT.matcher(sqlName);
    if (bounded.matches()) {
      return new SqlType.Varchar(Integer.parseInt(bounded.group(1)));
    }
    if (sqlName.equals(SqlType.TEXT.sqlName())) {
      return SqlType.TEXT;
    }
    for (SqlType.Simple simple : SqlType.Simple.values()) {
      if (simple.sqlName().equals(sqlName) && typeCode(simple) == field.typeType()) {
        return simple;
      }
    }
    return null;
  }
}
