package io.quiver.formats.parquet;

import dev.hardwood.metadata.LogicalType;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.Validity;
import dev.hardwood.schema.ColumnSchema;
import io.quiver.formats.InputFile;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Int128;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What a column of a Parquet file becomes.
 *
 * @param element the type of its values, or of those in its lists
 * @param list whether it is a list
 */
record ParquetType(String name, SqlType element, boolean list, ColumnSchema schema) {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static ParquetType of(InputFile file, String name, ColumnSchema schema, boolean list) {
    SqlType type = type(schema.type(), schema.logicalType());
    if (type == null || schema.maxRepetitionLevel() > (list ? 1 : 0)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name()
              + ": column \""
              + name
              + "\" is "
              + schema
              + ", which is not read; name the columns to load to leave it out");
    }
    return new ParquetType(name, type, list, schema);
  }

  SqlType columnType() {
    return list ? new SqlType.Array(element) : element;
  }

  private static @Nullable SqlType type(PhysicalType physical, @Nullable LogicalType logical) {
    if (logical instanceof LogicalType.DecimalType decimal) {
      boolean fits =
          decimal.precision() <= SqlType.Decimal.MAX_PRECISION
              && decimal.scale() >= 0
              && decimal.scale() <= decimal.precision();
      return fits ? new SqlType.Decimal(decimal.precision(), decimal.scale()) : null;
    }
    return switch (physical) {
      case BOOLEAN -> SqlType.BOOLEAN;
      case INT32 -> int32(logical);
      case INT64 -> int64(logical);
      case FLOAT -> SqlType.REAL;
      case DOUBLE -> SqlType.DOUBLE;
      case BYTE_ARRAY ->
          switch (logical) {
            case LogicalType.StringType text -> SqlType.TEXT;
            case LogicalType.EnumType text -> SqlType.TEXT;
            case LogicalType.JsonType json -> SqlType.JSON;
            case null, default -> SqlType.VARBINARY;
          };
      case FIXED_LEN_BYTE_ARRAY ->
          switch (logical) {
            case LogicalType.UuidType uuid -> SqlType.UUID;
            case LogicalType.Float16Type half -> SqlType.REAL;
            case null, default -> SqlType.VARBINARY;
          };
      case INT96 -> null;
    };
  }

  private static SqlType int32(@Nullable LogicalType logical) {
    return switch (logical) {
      case LogicalType.DateType date -> SqlType.DATE;
      case LogicalType.TimeType time -> SqlType.TIME;
      case LogicalType.IntType number ->
          switch (number.bitWidth()) {
            case 8 -> number.isSigned() ? SqlType.TINYINT : SqlType.SMALLINT;
            case 16 -> number.isSigned() ? SqlType.SMALLINT : SqlType.INTEGER;
            default -> number.isSigned() ? SqlType.INTEGER : SqlType.BIGINT;
          };
      case null, default -> SqlType.INTEGER;
    };
  }

  private static SqlType int64(@Nullable LogicalType logical) {
    return switch (logical) {
      case LogicalType.TimestampType time ->
          time.isAdjustedToUTC() ? SqlType.TIMESTAMP_TZ : SqlType.TIMESTAMP;
      case LogicalType.TimeType time -> SqlType.TIME;
      case LogicalType.IntType number ->
          number.isSigned() ? SqlType.BIGINT : new SqlType.Decimal(20, 0);
      case null, default -> SqlType.BIGINT;
    };
  }

  /** The values of a batch; where one is null, what Hardwood has there means nothing. */
  Column values(ColumnReader reader, int count, Validity validity, InputFile file) {
    MemorySegment bits = bits(validity, count);
    switch (schema.type()) {
      case FLOAT -> {
        MemorySegment out = memory(4L * count);
        MemorySegment.copy(reader.getFloats(), 0, out, FLOAT, 0, count);
        return Column.of(element, count, bits, out, null);
      }
      case DOUBLE -> {
        MemorySegment out = memory(8L * count);
        MemorySegment.copy(reader.getDoubles(), 0, out, DOUBLE, 0, count);
        return Column.of(element, count, bits, out, null);
      }
      case INT32 -> {
        if (element.equals(SqlType.INTEGER) || element.equals(SqlType.DATE)) {
          return Column.of(element, count, bits, ints(reader.getInts(), count), null);
        }
      }
      case INT64 -> {
        if (element.equals(SqlType.BIGINT)) {
          MemorySegment out = memory(8L * count);
          MemorySegment.copy(reader.getLongs(), 0, out, LONG, 0, count);
          return Column.of(element, count, bits, out, null);
        }
      }
      case BOOLEAN, BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY, INT96 -> {
        // One by one, below.
      }
    }
    ColumnBuilder out = new ColumnBuilder(element, count);
    Appender appender = appender(reader, out, file);
    for (int i = 0; i < count; i++) {
      if (validity.isNull(i)) {
        out.appendNull();
      } else {
        appender.append(i);
      }
    }
    return out.build();
  }

  /** Appends one value of a batch. */
  private interface Appender {
    void append(int position);
  }

  private Appender appender(ColumnReader reader, ColumnBuilder out, InputFile file) {
    return switch (schema.type()) {
      case BOOLEAN -> {
        boolean[] values = reader.getBooleans();
        yield i -> out.appendBoolean(values[i]);
      }
      case INT32 -> {
        int[] values = reader.getInts();
        yield i -> appendWhole(out, unsigned() ? values[i] & 0xFFFFFFFFL : values[i], file);
      }
      case INT64 -> {
        long[] values = reader.getLongs();
        yield i -> appendWhole(out, values[i], file);
      }
      case BYTE_ARRAY, FIXED_LEN_BYTE_ARRAY -> {
        byte[] bytes = reader.getBinaryValues();
        int[] offsets = reader.getBinaryOffsets();
        MemorySegment memory = MemorySegment.ofArray(bytes);
        yield i -> appendBytes(out, bytes, memory, offsets[i], offsets[i + 1]);
      }
      case INT96, FLOAT, DOUBLE -> throw new IllegalStateException(schema + " is read at once");
    };
  }

  private boolean unsigned() {
    return schema.logicalType() instanceof LogicalType.IntType number && !number.isSigned();
  }

  private void appendWhole(ColumnBuilder out, long value, InputFile file) {
    if (element instanceof SqlType.Decimal) {
      BigInteger digits =
          unsigned() ? new BigInteger(Long.toUnsignedString(value)) : BigInteger.valueOf(value);
      out.appendDecimal(Int128.high(digits), Int128.low(digits));
    } else if (element.equals(SqlType.TINYINT)) {
      out.appendByte((byte) value);
    } else if (element.equals(SqlType.SMALLINT)) {
      out.appendShort((short) value);
    } else if (element.equals(SqlType.INTEGER)) {
      out.appendInt((int) value);
    } else {
      out.appendLong(micros(value, file));
    }
  }

  private long micros(long value, InputFile file) {
    LogicalType.TimeUnit unit =
        switch (schema.logicalType()) {
          case LogicalType.TimestampType time -> time.unit();
          case LogicalType.TimeType time -> time.unit();
          case null, default -> LogicalType.TimeUnit.MICROS;
        };
    try {
      return switch (unit) {
        case MILLIS -> Math.multiplyExact(value, 1_000L);
        case MICROS -> value;
        case NANOS -> Math.floorDiv(value, 1_000L);
      };
    } catch (ArithmeticException e) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          file.name() + ": " + value + " ms in column \"" + name + "\" is beyond a TIMESTAMP");
    }
  }

  private void appendBytes(
      ColumnBuilder out, byte[] bytes, MemorySegment memory, int from, int to) {
    if (element instanceof SqlType.Decimal) {
      BigInteger digits = from == to ? BigInteger.ZERO : new BigInteger(bytes, from, to - from);
      out.appendDecimal(Int128.high(digits), Int128.low(digits));
    } else if (element.equals(SqlType.UUID)) {
      java.nio.ByteBuffer buffer = java.nio.ByteBuffer.wrap(bytes, from, 16);
      out.appendUuid(new java.util.UUID(buffer.getLong(), buffer.getLong()));
    } else if (element.equals(SqlType.REAL)) {
      out.appendFloat(
          Float.float16ToFloat((short) ((bytes[from] & 0xFF) | ((bytes[from + 1] & 0xFF) << 8))));
    } else {
      out.appendBytes(memory.asSlice(from, (long) to - from));
    }
  }

  /** Our bitmap, or null where nothing is null. */
  static @Nullable MemorySegment bits(Validity validity, int count) {
    if (!validity.hasNulls()) {
      return null;
    }
    MemorySegment bits = memory((count + 7L) >> 3);
    for (int i = 0; i < count; i++) {
      if (validity.isNotNull(i)) {
        int at = i >> 3;
        byte old = bits.get(ValueLayout.JAVA_BYTE, at);
        bits.set(ValueLayout.JAVA_BYTE, at, (byte) (old | (1 << (i & 7))));
      }
    }
    return bits;
  }

  static MemorySegment ints(int[] values, int count) {
    MemorySegment out = memory(4L * count);
    MemorySegment.copy(values, 0, out, INT, 0, count);
    return out;
  }

  private static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(Math.max(bytes, 8), 64);
  }
}
