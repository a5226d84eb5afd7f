package io.quiver.formats.parquet;

import io.quiver.types.Field;
import io.quiver.types.SqlType;
import org.jspecify.annotations.Nullable;

/**
 * How a column of ours is written. All are optional; ARRAY and VECTOR are lists as the format has
 * them since version 2, of optional or required elements. The elements of a vector are floats, or
 * 8-bit integers for INT8 and BINARY.
 *
 * @param element the type of the values: the column's, or that of a list's elements
 * @param list whether it is a list
 */
record ParquetField(String name, SqlType element, boolean list, boolean elementsOptional) {
  private static final int OPTIONAL = 1;
  private static final int REPEATED = 2;
  private static final int CONVERTED_UTF8 = 0;
  private static final int CONVERTED_LIST = 3;

  /** The format's physical types, with the numbers that it gives them. */
  enum Physical {
    BOOLEAN(0),
    INT32(1),
    INT64(2),
    FLOAT(4),
    DOUBLE(5),
    BYTE_ARRAY(6),
    FIXED_LEN_BYTE_ARRAY(7);

    private final int number;

    Physical(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  static ParquetField of(Field field) {
    return switch (field.type()) {
      case SqlType.Array array -> new ParquetField(field.name(), array.element(), true, true);
      case SqlType.Vector vector ->
          new ParquetField(
              field.name(),
              switch (vector.element()) {
                case FLOAT32, FLOAT16, BFLOAT16 -> SqlType.REAL;
                case INT8, BINARY -> SqlType.TINYINT;
              },
              true,
              false);
      default -> new ParquetField(field.name(), field.type(), false, true);
    };
  }

  /** The level at which a value is there. */
  int definitionMax() {
    return list ? (elementsOptional ? 3 : 2) : 1;
  }

  Physical physical() {
    return switch (element) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> Physical.BOOLEAN;
            case TINYINT, SMALLINT, INTEGER, DATE -> Physical.INT32;
            case BIGINT, TIME, TIMESTAMP, TIMESTAMP_TZ -> Physical.INT64;
            case REAL -> Physical.FLOAT;
            case DOUBLE -> Physical.DOUBLE;
            case UUID -> Physical.FIXED_LEN_BYTE_ARRAY;
            case JSON -> Physical.BYTE_ARRAY;
          };
      case SqlType.Decimal decimal -> Physical.FIXED_LEN_BYTE_ARRAY;
      case SqlType.Varchar varchar -> Physical.BYTE_ARRAY;
      case SqlType.Varbinary varbinary -> Physical.BYTE_ARRAY;
      case SqlType.Array array -> throw new IllegalStateException("a list in a list");
      case SqlType.Vector vector -> throw new IllegalStateException("a vector in a list");
    };
  }

  /** How many elements of the schema it takes. */
  int schemaElements() {
    return list ? 3 : 1;
  }

  String[] path() {
    return list ? new String[] {name, "list", "element"} : new String[] {name};
  }

  void writeSchema(ThriftWriter out) {
    if (list) {
      out.element().i32(3, OPTIONAL).string(4, name).i32(5, 1).i32(6, CONVERTED_LIST);
      out.struct(10).struct(3).end().end().end();
      out.element().i32(3, REPEATED).string(4, "list").i32(5, 1).end();
    }
    out.element().i32(1, physical().number());
    if (physical() == Physical.FIXED_LEN_BYTE_ARRAY) {
      out.i32(2, 16);
    }
    out.i32(3, list && !elementsOptional ? 0 : OPTIONAL).string(4, list ? "element" : name);
    Integer converted = converted();
    if (converted != null) {
      out.i32(6, converted);
    }
    if (element instanceof SqlType.Decimal(int precision, int scale)) {
      out.i32(7, scale).i32(8, precision);
    }
    writeLogical(out);
    out.end();
  }

  /** What readers from before logical types know. */
  private @Nullable Integer converted() {
    return switch (element) {
      case SqlType.Simple simple ->
          switch (simple) {
            case TINYINT -> 15;
            case SMALLINT -> 16;
            case DATE -> 6;
            case JSON -> 19;
            // Older readers take these for instants in UTC, which only the last one is.
            case TIMESTAMP_TZ -> 10;
            case BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE, TIME, TIMESTAMP, UUID -> null;
          };
      case SqlType.Decimal decimal -> 5;
      case SqlType.Varchar varchar -> CONVERTED_UTF8;
      case SqlType.Varbinary varbinary -> null;
      case SqlType.Array array -> null;
      case SqlType.Vector vector -> null;
    };
  }

  private void writeLogical(ThriftWriter out) {
    switch (element) {
      case SqlType.Varchar varchar -> out.struct(10).struct(1).end().end();
      case SqlType.Decimal(int precision, int scale) ->
          out.struct(10).struct(5).i32(1, scale).i32(2, precision).end().end();
      case SqlType.Simple simple -> {
        switch (simple) {
          case TINYINT -> out.struct(10).struct(10).i8(1, 8).bool(2, true).end().end();
          case SMALLINT -> out.struct(10).struct(10).i8(1, 16).bool(2, true).end().end();
          case DATE -> out.struct(10).struct(6).end().end();
          case TIME -> micros(out, 7, false);
          case TIMESTAMP -> micros(out, 8, false);
          case TIMESTAMP_TZ -> micros(out, 8, true);
          case UUID -> out.struct(10).struct(14).end().end();
          case JSON -> out.struct(10).struct(12).end().end();
          case BOOLEAN, INTEGER, BIGINT, REAL, DOUBLE -> {
            // The physical type says it all.
          }
        }
      }
      case SqlType.Varbinary varbinary -> {
        // Bytes are bytes.
      }
      case SqlType.Array array -> throw new IllegalStateException("a list in a list");
      case SqlType.Vector vector -> throw new IllegalStateException("a vector in a list");
    }
  }

  private static void micros(ThriftWriter out, int kind, boolean utc) {
    out.struct(10).struct(kind).bool(1, utc).struct(2).struct(2).end().end().end().end();
  }
}
