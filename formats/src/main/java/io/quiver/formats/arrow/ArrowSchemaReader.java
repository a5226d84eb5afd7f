package io.quiver.formats.arrow;

import io.quiver.formats.InputFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Decimal;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.jspecify.annotations.Nullable;

/** Finds for each field of an Arrow schema what it becomes. */
final class ArrowSchemaReader {
  private static final int DEPTH_MAX = 3;
  private static final ArrowColumn.Shape SAME = new ArrowColumn.Shape.Same();

  private final InputFile file;

  private ArrowSchemaReader(InputFile file) {
    this.file = file;
  }

  /** What a field becomes and how it lies there. */
  private record Read(SqlType type, ArrowColumn.Shape shape, List<ArrowColumn> children) {
    Read(SqlType type, ArrowColumn.Shape shape) {
      this(type, shape, List.of());
    }
  }

  static List<ArrowColumn> read(InputFile file, Schema schema) {
    if (schema.endianness() != Endianness.Little) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED, file.name() + ": big-endian Arrow is not read");
    }
    ArrowSchemaReader reader = new ArrowSchemaReader(file);
    List<ArrowColumn> columns = new ArrayList<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      columns.add(reader.column(schema.fields(i), 0));
    }
    return columns;
  }

  private ArrowColumn column(Field field, int depth) {
    String name = field.name() == null ? "" : field.name();
    if (depth > DEPTH_MAX) {
      throw refused(name, "a type nested so deeply");
    }
    Read read = read(field, name, depth);
    DictionaryEncoding dictionary = field.dictionary();
    return new ArrowColumn(
        name,
        read.type(),
        read.shape(),
        read.children(),
        dictionary == null ? null : dictionary.id());
  }

  private Read read(Field field, String name, int depth) {
    return switch (field.typeType()) {
      case Type.Bool -> new Read(SqlType.BOOLEAN, SAME);
      case Type.Int -> integer((Int) require(field.type(new Int()), name));
      case Type.FloatingPoint ->
          floating((FloatingPoint) require(field.type(new FloatingPoint()), name));
      case Type.Decimal -> decimal((Decimal) require(field.type(new Decimal()), name), name);
      case Type.Date -> date((Date) require(field.type(new Date()), name));
      case Type.Time -> time((Time) require(field.type(new Time()), name));
      case Type.Timestamp -> timestamp((Timestamp) require(field.type(new Timestamp()), name));
      case Type.Utf8 -> new Read(text(field), new ArrowColumn.Shape.Variable(false));
      case Type.LargeUtf8 -> new Read(text(field), new ArrowColumn.Shape.Variable(true));
      case Type.Utf8View -> new Read(text(field), new ArrowColumn.Shape.Views());
      case Type.Binary -> new Read(SqlType.VARBINARY, new ArrowColumn.Shape.Variable(false));
      case Type.LargeBinary -> new Read(SqlType.VARBINARY, new ArrowColumn.Shape.Variable(true));
      case Type.BinaryView -> new Read(SqlType.VARBINARY, new ArrowColumn.Shape.Views());
      case Type.FixedSizeBinary ->
          bytes(field, (FixedSizeBinary) require(field.type(new FixedSizeBinary()), name));
      case Type.List -> list(field, name, depth, new ArrowColumn.Shape.Lists(false));
      case Type.LargeList -> list(field, name, depth, new ArrowColumn.Shape.Lists(true));
      case Type.FixedSizeList ->
          fixedList(
              field, name, depth, (FixedSizeList) require(field.type(new FixedSizeList()), name));
      default -> throw refused(name, "Arrow's type " + Type.name(field.typeType()));
    };
  }

  private Object require(@Nullable Object found, String name) {
    if (found == null) {
      throw file.damaged("column \"" + name + "\" has no type");
    }
    return found;
  }

  private static Read integer(Int type) {
    int bytes = type.bitWidth() / 8;
    if (type.isSigned()) {
      return new Read(
          switch (bytes) {
            case 1 -> SqlType.TINYINT;
            case 2 -> SqlType.SMALLINT;
            case 4 -> SqlType.INTEGER;
            default -> SqlType.BIGINT;
          },
          SAME);
    }
    return new Read(
        switch (bytes) {
          case 1 -> SqlType.SMALLINT;
          case 2 -> SqlType.INTEGER;
          case 4 -> SqlType.BIGINT;
          default -> new SqlType.Decimal(20, 0);
        },
        new ArrowColumn.Shape.Scaled(bytes, false, 1, 1));
  }

  private static Read floating(FloatingPoint type) {
    return switch (type.precision()) {
      case Precision.HALF -> new Read(SqlType.REAL, new ArrowColumn.Shape.Half());
      case Precision.SINGLE -> new Read(SqlType.REAL, SAME);
      default -> new Read(SqlType.DOUBLE, SAME);
    };
  }

  private Read decimal(Decimal type, String name) {
    if (type.bitWidth() != 128 || type.scale() < 0 || type.scale() > type.precision()) {
      throw refused(
          name, "a decimal of " + type.bitWidth() + " bits with " + type.scale() + " places");
    }
    return new Read(new SqlType.Decimal(type.precision(), type.scale()), SAME);
  }

  private static Read date(Date type) {
    return type.unit() == DateUnit.DAY
        ? new Read(SqlType.DATE, SAME)
        : new Read(SqlType.DATE, new ArrowColumn.Shape.Scaled(8, true, 1, 86_400_000));
  }

  private static Read time(Time type) {
    return new Read(SqlType.TIME, micros(type.unit(), type.bitWidth() / 8));
  }

  private static Read timestamp(Timestamp type) {
    return new Read(
        type.timezone() == null ? SqlType.TIMESTAMP : SqlType.TIMESTAMP_TZ, micros(type.unit(), 8));
  }

  /** Nanoseconds are cut to the microsecond before them. */
  private static ArrowColumn.Shape micros(short unit, int bytes) {
    return switch (unit) {
      case TimeUnit.SECOND -> new ArrowColumn.Shape.Scaled(bytes, true, 1_000_000, 1);
      case TimeUnit.MILLISECOND -> new ArrowColumn.Shape.Scaled(bytes, true, 1_000, 1);
      case TimeUnit.NANOSECOND -> new ArrowColumn.Shape.Scaled(bytes, true, 1, 1_000);
      default -> SAME;
    };
  }

  private static SqlType text(Field field) {
    return "arrow.json".equals(metadata(field, ArrowSchemaWriter.EXTENSION_NAME))
        ? SqlType.JSON
        : SqlType.TEXT;
  }

  private static Read bytes(Field field, FixedSizeBinary type) {
    if (type.byteWidth() == 16
        && "arrow.uuid".equals(metadata(field, ArrowSchemaWriter.EXTENSION_NAME))) {
      return new Read(SqlType.UUID, SAME);
    }
    SqlType own = own(field);
    if (own instanceof SqlType.Vector(int dimension, SqlType.Element element)
        && element == SqlType.Element.BINARY
        && element.bytes(dimension) == type.byteWidth()) {
      return new Read(own, SAME);
    }
    return new Read(SqlType.VARBINARY, new ArrowColumn.Shape.FixedBytes(type.byteWidth()));
  }

  private Read list(Field field, String name, int depth, ArrowColumn.Shape shape) {
    ArrowColumn child = child(field, name, depth);
    if (child.type() instanceof SqlType.Array || child.type() instanceof SqlType.Vector) {
      throw refused(name, "lists of lists");
    }
    return new Read(new SqlType.Array(child.type()), shape, List.of(child));
  }

  private Read fixedList(Field field, String name, int depth, FixedSizeList type) {
    ArrowColumn child = child(field, name, depth);
    int length = type.listSize();
    if (length < 1 || length > SqlType.Vector.MAX_DIMENSION) {
      throw file.damaged("column \"" + name + "\" has lists of " + length + " values");
    }
    SqlType own = own(field);
    SqlType.Element element = element(child);
    if (own instanceof SqlType.Vector vector
        && vector.element() == SqlType.Element.BFLOAT16
        && child.shape() instanceof ArrowColumn.Shape.Scaled(int bytes, var s, var f, var d)
        && bytes == 2) {
      element = SqlType.Element.BFLOAT16;
    }
    if (element == null) {
      throw refused(name, "lists of " + child.type().sqlName());
    }
    return new Read(
        new SqlType.Vector(length, element),
        new ArrowColumn.Shape.FixedLists(length),
        List.of(child));
  }

  /** The element of vectors that are lists of such values; null where there are none. */
  private static SqlType.@Nullable Element element(ArrowColumn child) {
    if (child.shape() instanceof ArrowColumn.Shape.Half) {
      return SqlType.Element.FLOAT16;
    }
    if (child.type().equals(SqlType.TINYINT)) {
      return SqlType.Element.INT8;
    }
    return child.type().equals(SqlType.REAL)
            || child.type().equals(SqlType.DOUBLE)
            || child.type().equals(SqlType.SMALLINT)
            || child.type().equals(SqlType.INTEGER)
        ? SqlType.Element.FLOAT32
        : null;
  }

  private ArrowColumn child(Field field, String name, int depth) {
    if (field.childrenLength() != 1) {
      throw file.damaged("column \"" + name + "\" is a list without its values");
    }
    return column(field.children(0), depth + 1);
  }

  private static @Nullable SqlType own(Field field) {
    String name = metadata(field, ArrowSchemaWriter.SQL_TYPE);
    return name == null ? null : SqlTypeNames.parse(name);
  }

  private static @Nullable String metadata(Field field, String key) {
    for (int i = 0; i < field.customMetadataLength(); i++) {
      KeyValue pair = field.customMetadata(i);
      if (key.equals(pair.key())) {
        return pair.value();
      }
    }
    return null;
  }

  private QuiverException refused(String column, String what) {
    return new QuiverException(
        ErrorCode.FEATURE_NOT_SUPPORTED,
        file.name() + ": column \"" + column + "\" has " + what + ", which is not read");
  }
}
