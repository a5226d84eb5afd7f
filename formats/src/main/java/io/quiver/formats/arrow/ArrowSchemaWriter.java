package io.quiver.formats.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Binary;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/**
 * Arrow's type for each of ours, the same as in segments: Bool; Int of 8 to 64 bits; FloatingPoint;
 * Decimal128; Date in days; Time and Timestamp in microseconds, with the zone UTC for TIMESTAMP
 * WITH TIME ZONE; Utf8, as extension arrow.json for JSON; Binary; FixedSizeBinary of 16 as
 * extension arrow.uuid; List for ARRAY; for VECTOR a FixedSizeList of FloatingPoint (FLOAT32,
 * FLOAT16), unsigned Int of 16 bits (BFLOAT16) or Int of 8 (INT8), and FixedSizeBinary for BINARY.
 * {@code quiver.type} in a field's metadata is its SQL type.
 */
final class ArrowSchemaWriter {
  static final String SQL_TYPE = "quiver.type";
  static final String EXTENSION_NAME = "ARROW:extension:name";

  private static final String EXTENSION_METADATA = "ARROW:extension:metadata";
  private static final String ITEM = "item";

  private final FlatBufferBuilder builder;

  private ArrowSchemaWriter(FlatBufferBuilder builder) {
    this.builder = builder;
  }

  static int add(FlatBufferBuilder builder, Schema schema) {
    ArrowSchemaWriter writer = new ArrowSchemaWriter(builder);
    int[] fields = new int[schema.size()];
    for (int i = 0; i < fields.length; i++) {
      fields[i] = writer.field(schema.field(i));
    }
    int vector = org.apache.arrow.flatbuf.Schema.createFieldsVector(builder, fields);
    return org.apache.arrow.flatbuf.Schema.createSchema(builder, Endianness.Little, vector, 0, 0);
  }

  private int field(Field field) {
    SqlType type = field.type();
    if (type instanceof SqlType.Vector(int dimension, SqlType.Element element)
        && dimension == SqlType.Vector.ANY_DIMENSION) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "the dimension of column \""
              + field.name()
              + "\" is not known; say CAST(... AS VECTOR(n))");
    }
    int name = builder.createString(field.name());
    int children = children(type);
    List<Integer> pairs = new ArrayList<>();
    pairs.add(pair(SQL_TYPE, type.sqlName()));
    if (type.equals(SqlType.UUID) || type.equals(SqlType.JSON)) {
      pairs.add(pair(EXTENSION_NAME, type.equals(SqlType.UUID) ? "arrow.uuid" : "arrow.json"));
      pairs.add(pair(EXTENSION_METADATA, ""));
    }
    int metadata =
        org.apache.arrow.flatbuf.Field.createCustomMetadataVector(
            builder, pairs.stream().mapToInt(Integer::intValue).toArray());
    int arrowType = type(type);
    return org.apache.arrow.flatbuf.Field.createField(
        builder, name, field.nullable(), code(type), arrowType, 0, children, metadata);
  }

  private int pair(String key, String value) {
    int keyOffset = builder.createString(key);
    return KeyValue.createKeyValue(builder, keyOffset, builder.createString(value));
  }

  private int children(SqlType type) {
    int[] items =
        switch (type) {
          case SqlType.Vector vector when vector.element() != SqlType.Element.BINARY ->
              new int[] {item(false, elementCode(vector.element()), element(vector.element()))};
          case SqlType.Array array ->
              new int[] {item(true, code(array.element()), type(array.element()))};
          default -> new int[0];
        };
    return org.apache.arrow.flatbuf.Field.createChildrenVector(builder, items);
  }

  private int item(boolean nullable, byte code, int type) {
    int name = builder.createString(ITEM);
    int none = org.apache.arrow.flatbuf.Field.createChildrenVector(builder, new int[0]);
    return org.apache.arrow.flatbuf.Field.createField(
        builder, name, nullable, code, type, 0, none, 0);
  }

  private int element(SqlType.Element element) {
    return switch (element) {
      case FLOAT32 -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
      case FLOAT16 -> FloatingPoint.createFloatingPoint(builder, Precision.HALF);
      case BFLOAT16 -> Int.createInt(builder, 16, false);
      case INT8 -> Int.createInt(builder, 8, true);
      case BINARY -> throw new IllegalStateException("BINARY has no elements in Arrow");
    };
  }

  private static byte elementCode(SqlType.Element element) {
    return switch (element) {
      case FLOAT32, FLOAT16 -> Type.FloatingPoint;
      case BFLOAT16, INT8, BINARY -> Type.Int;
    };
  }

  private static byte code(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Type.Bool;
            case TINYINT, SMALLINT, INTEGER, BIGINT -> Type.Int;
            case REAL, DOUBLE -> Type.FloatingPoint;
            case DATE -> Type.Date;
            case TIME -> Type.Time;
            case TIMESTAMP, TIMESTAMP_TZ -> Type.Timestamp;
            case UUID -> Type.FixedSizeBinary;
            case JSON -> Type.Utf8;
          };
      case SqlType.Decimal decimal -> Type.Decimal;
      case SqlType.Varchar varchar -> Type.Utf8;
      case SqlType.Varbinary varbinary -> Type.Binary;
      case SqlType.Array array -> Type.List;
      case SqlType.Vector vector ->
          vector.element() == SqlType.Element.BINARY ? Type.FixedSizeBinary : Type.FixedSizeList;
    };
  }

  private int type(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple -> simple(simple);
      case SqlType.Decimal decimal ->
          Decimal.createDecimal(builder, decimal.precision(), decimal.scale(), 128);
      case SqlType.Varchar varchar -> utf8();
      case SqlType.Varbinary varbinary -> {
        Binary.startBinary(builder);
        yield Binary.endBinary(builder);
      }
      case SqlType.Array array -> {
        org.apache.arrow.flatbuf.List.startList(builder);
        yield org.apache.arrow.flatbuf.List.endList(builder);
      }
      case SqlType.Vector vector ->
          vector.element() == SqlType.Element.BINARY
              ? FixedSizeBinary.createFixedSizeBinary(
                  builder, vector.element().bytes(vector.dimension()))
              : FixedSizeList.createFixedSizeList(builder, vector.dimension());
    };
  }

  private int simple(SqlType.Simple simple) {
    return switch (simple) {
      case BOOLEAN -> {
        Bool.startBool(builder);
        yield Bool.endBool(builder);
      }
      case TINYINT -> Int.createInt(builder, 8, true);
      case SMALLINT -> Int.createInt(builder, 16, true);
      case INTEGER -> Int.createInt(builder, 32, true);
      case BIGINT -> Int.createInt(builder, 64, true);
      case REAL -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
      case DOUBLE -> FloatingPoint.createFloatingPoint(builder, Precision.DOUBLE);
      case DATE -> Date.createDate(builder, DateUnit.DAY);
      case TIME -> Time.createTime(builder, TimeUnit.MICROSECOND, 64);
      case TIMESTAMP -> Timestamp.createTimestamp(builder, TimeUnit.MICROSECOND, 0);
      case TIMESTAMP_TZ ->
          Timestamp.createTimestamp(builder, TimeUnit.MICROSECOND, builder.createString("UTC"));
      case UUID -> FixedSizeBinary.createFixedSizeBinary(builder, 16);
      case JSON -> utf8();
    };
  }

  private int utf8() {
    Utf8.startUtf8(builder);
    return Utf8.endUtf8(builder);
  }
}
