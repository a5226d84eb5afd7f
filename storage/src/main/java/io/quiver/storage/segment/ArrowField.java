package io.quiver.storage.segment;

import com.google.flatbuffers.FlatBufferBuilder;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import org.apache.arrow.flatbuf.Binary;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.Field;
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
import org.jspecify.annotations.Nullable;

/**
 * What a segment's file says about one of its columns.
 *
 * <p>Arrow's type for each of ours: Bool; Int of 8 to 64 bits; FloatingPoint; Decimal128; Date in
 * days; Time and Timestamp in microseconds, the latter with the zone UTC for TIMESTAMP WITH TIME
 * ZONE; Utf8 for VARCHAR and, as extension arrow.json, for JSON; Binary; FixedSizeBinary of 16 as
 * extension arrow.uuid; List for ARRAY; for VECTOR a FixedSizeList of FloatingPoint (FLOAT32,
 * FLOAT16), unsigned Int of 16 bits (BFLOAT16) or Int of 8 (INT8), and FixedSizeBinary for BINARY.
 */
record ArrowField(ColumnId id, String name, SqlType type) {
  private static final String ITEM = "item";
  private static final String EXTENSION_NAME = "ARROW:extension:name";
  private static final String EXTENSION_METADATA = "ARROW:extension:metadata";

  /** Adds a field to a schema that is being built, and gives its offset there. */
  static int add(FlatBufferBuilder builder, DeferredColumn column) {
    SqlType type = column.type();
    int name = builder.createString(column.name());
    int children = addChildren(builder, type);
    int id = addPair(builder, SegmentFormat.COLUMN, String.valueOf(column.id().value()));
    int sqlType = addPair(builder, SegmentFormat.SQL_TYPE, type.sqlName());
    String extension = extensionName(type);
    int[] pairs =
        extension == null
            ? new int[] {id, sqlType}
            : new int[] {
              id,
              sqlType,
              addPair(builder, EXTENSION_NAME, extension),
              addPair(builder, EXTENSION_METADATA, "")
            };
    int metadata = Field.createCustomMetadataVector(builder, pairs);
    int arrowType = addType(builder, type);
    return Field.createField(
        builder, name, column.nullable(), typeCode(type), arrowType, 0, children, metadata);
  }

  static int addPair(FlatBufferBuilder builder, String key, String value) {
    int keyOffset = builder.createString(key);
    return KeyValue.createKeyValue(builder, keyOffset, builder.createString(value));
  }

  /** Reads a field, or gives null for one that no version of this format writes. */
  static @Nullable ArrowField read(Field field) {
    String id = null;
    String sqlName = null;
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue pair = field.customMetadata(i);
      if (SegmentFormat.COLUMN.equals(pair.key())) {
        id = pair.value();
      } else if (SegmentFormat.SQL_TYPE.equals(pair.key())) {
        sqlName = pair.value();
      }
    }
    if (id == null || sqlName == null) {
      return null;
    }
    SqlType type = SqlTypeNames.parse(sqlName);
    return type == null || typeCode(type) != field.typeType()
        ? null
        : new ArrowField(new ColumnId(Integer.parseInt(id)), field.name(), type);
  }

  private static @Nullable String extensionName(SqlType type) {
    if (type.equals(SqlType.UUID)) {
      return "arrow.uuid";
    }
    return type.equals(SqlType.JSON) ? "arrow.json" : null;
  }

  private static int addChildren(FlatBufferBuilder builder, SqlType type) {
    return switch (type) {
      case SqlType.Vector vector when vector.element() != SqlType.Element.BINARY ->
          Field.createChildrenVector(builder, new int[] {addElement(builder, vector.element())});
      case SqlType.Array array -> {
        int name = builder.createString(ITEM);
        int none = Field.createChildrenVector(builder, new int[0]);
        int itemType = addType(builder, array.element());
        byte code = typeCode(array.element());
        int item = Field.createField(builder, name, true, code, itemType, 0, none, 0);
        yield Field.createChildrenVector(builder, new int[] {item});
      }
      default -> Field.createChildrenVector(builder, new int[0]);
    };
  }

  private static int addElement(FlatBufferBuilder builder, SqlType.Element element) {
    int name = builder.createString(ITEM);
    int children = Field.createChildrenVector(builder, new int[0]);
    int type =
        switch (element) {
          case FLOAT32 -> FloatingPoint.createFloatingPoint(builder, Precision.SINGLE);
          case FLOAT16 -> FloatingPoint.createFloatingPoint(builder, Precision.HALF);
          case BFLOAT16 -> Int.createInt(builder, 16, false);
          case INT8 -> Int.createInt(builder, 8, true);
          case BINARY -> throw new IllegalStateException("BINARY has no elements in Arrow");
        };
    byte code =
        switch (element) {
          case FLOAT32, FLOAT16 -> Type.FloatingPoint;
          case BFLOAT16, INT8, BINARY -> Type.Int;
        };
    return Field.createField(builder, name, false, code, type, 0, children, 0);
  }

  private static byte typeCode(SqlType type) {
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

  private static int addType(FlatBufferBuilder builder, SqlType type) {
    return switch (type) {
      case SqlType.Simple simple -> addSimple(builder, simple);
      case SqlType.Decimal decimal ->
          Decimal.createDecimal(builder, decimal.precision(), decimal.scale(), 128);
      case SqlType.Varchar varchar -> addUtf8(builder);
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

  private static int addSimple(FlatBufferBuilder builder, SqlType.Simple simple) {
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
      case JSON -> addUtf8(builder);
    };
  }

  private static int addUtf8(FlatBufferBuilder builder) {
    Utf8.startUtf8(builder);
    return Utf8.endUtf8(builder);
  }
}
