package io.quiver.flight;

import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;

/** How SQL types look to an Arrow client. A vector is a FixedSizeList of float32. */
final class ArrowTypes {
  /** The SQL type's name, in a field's metadata, where Flight SQL looks for it. */
  private static final String TYPE_NAME = "ARROW:FLIGHT:SQL:TYPE_NAME";

  private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  private ArrowTypes() {}

  static org.apache.arrow.vector.types.pojo.Schema schema(Schema schema) {
    List<org.apache.arrow.vector.types.pojo.Field> fields = new ArrayList<>();
    for (Field field : schema.fields()) {
      fields.add(field(field, arrowType(field.type())));
    }
    return new org.apache.arrow.vector.types.pojo.Schema(fields);
  }

  /**
   * The parameters of a statement, named by position from 1. They are a hint, and any unit of time
   * may be bound; milliseconds are hinted at because Arrow's JDBC driver writes milliseconds into
   * whatever it finds.
   */
  static org.apache.arrow.vector.types.pojo.Schema parameters(List<SqlType> types) {
    List<org.apache.arrow.vector.types.pojo.Field> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      SqlType type = types.get(i);
      ArrowType arrowType =
          type.equals(SqlType.TIMESTAMP)
              ? new ArrowType.Timestamp(TimeUnit.MILLISECOND, null)
              : arrowType(type);
      fields.add(field(new Field("parameter " + (i + 1), type, true), arrowType));
    }
    return new org.apache.arrow.vector.types.pojo.Schema(fields);
  }

  static byte[] serialized(org.apache.arrow.vector.types.pojo.Schema schema) {
    ByteBuffer buffer = ByteBuffer.wrap(schema.serializeAsMessage());
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static org.apache.arrow.vector.types.pojo.Field field(Field field, ArrowType arrowType) {
    FieldType type =
        new FieldType(field.nullable(), arrowType, null, Map.of(TYPE_NAME, field.type().sqlName()));
    List<org.apache.arrow.vector.types.pojo.Field> children =
        switch (field.type()) {
          case SqlType.Vector vector when vector.element() != SqlType.Element.BINARY ->
              List.of(item(elementType(vector.element()), false));
          case SqlType.Array array -> List.of(item(arrowType(array.element()), true));
          default -> List.of();
        };
    return new org.apache.arrow.vector.types.pojo.Field(field.name(), type, children);
  }

  private static org.apache.arrow.vector.types.pojo.Field item(ArrowType type, boolean nullable) {
    return new org.apache.arrow.vector.types.pojo.Field(
        "item", new FieldType(nullable, type, null), null);
  }

  private static ArrowType elementType(SqlType.Element element) {
    return switch (element) {
      case FLOAT32 -> FLOAT;
      case FLOAT16 -> new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
      case BFLOAT16 -> new ArrowType.Int(16, false);
      case INT8 -> new ArrowType.Int(8, true);
      case BINARY -> throw new IllegalStateException("BINARY has no elements in Arrow");
    };
  }

  private static ArrowType arrowType(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> new ArrowType.Bool();
            case TINYINT -> new ArrowType.Int(8, true);
            case SMALLINT -> new ArrowType.Int(16, true);
            case INTEGER -> new ArrowType.Int(32, true);
            case BIGINT -> new ArrowType.Int(64, true);
            case REAL -> FLOAT;
            case DOUBLE -> new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);
            case DATE -> new ArrowType.Date(DateUnit.DAY);
            case TIME -> new ArrowType.Time(TimeUnit.MICROSECOND, 64);
            case TIMESTAMP -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, null);
            case TIMESTAMP_TZ -> new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC");
            case UUID -> new ArrowType.FixedSizeBinary(16);
            case JSON -> new ArrowType.Utf8();
          };
      case SqlType.Decimal decimal ->
          new ArrowType.Decimal(decimal.precision(), decimal.scale(), 128);
      case SqlType.Varchar varchar -> new ArrowType.Utf8();
      case SqlType.Varbinary varbinary -> new ArrowType.Binary();
      case SqlType.Array array -> new ArrowType.List();
      case SqlType.Vector vector -> {
        if (vector.element() == SqlType.Element.BINARY) {
          yield vector.dimension() == SqlType.Vector.ANY_DIMENSION
              ? new ArrowType.Binary()
              : new ArrowType.FixedSizeBinary(vector.element().bytes(vector.dimension()));
        }
        yield vector.dimension() == SqlType.Vector.ANY_DIMENSION
            ? new ArrowType.List()
            : new ArrowType.FixedSizeList(vector.dimension());
      }
    };
  }
}
