package io.quiver.flight;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

/** The SQL type that holds what a client sends: the way back from {@link ArrowTypes}. */
final class ArrowSqlTypes {
  private static final String EXTENSION_NAME = "ARROW:extension:name";
  private static final int UUID_BYTES = 16;

  private ArrowSqlTypes() {}

  /**
   * The type of a field.
   *
   * @throws QuiverException 0A000 where there is none
   */
  static SqlType of(Field field) {
    SqlType type = find(field);
    if (type == null) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "no SQL type holds " + ArrowColumns.describe(field) + "; cast it on the client");
    }
    return type;
  }

  private static @Nullable SqlType find(Field field) {
    ArrowType arrow =
        field.getType() instanceof ArrowType.ExtensionType extension
            ? extension.storageType()
            : field.getType();
    return switch (arrow) {
      case ArrowType.Null none -> SqlType.TEXT;
      case ArrowType.Bool bool -> SqlType.BOOLEAN;
      case ArrowType.Int number -> whole(number);
      case ArrowType.FloatingPoint number ->
          number.getPrecision() == FloatingPointPrecision.DOUBLE ? SqlType.DOUBLE : SqlType.REAL;
      case ArrowType.Decimal decimal ->
          decimal.getScale() < 0
                  || decimal.getScale() > decimal.getPrecision()
                  || decimal.getPrecision() > SqlType.Decimal.MAX_PRECISION
              ? null
              : new SqlType.Decimal(decimal.getPrecision(), decimal.getScale());
      case ArrowType.Utf8 text -> isExtension(field, "arrow.json") ? SqlType.JSON : SqlType.TEXT;
      case ArrowType.LargeUtf8 text -> SqlType.TEXT;
      case ArrowType.Utf8View text -> SqlType.TEXT;
      case ArrowType.Binary bytes -> SqlType.VARBINARY;
      case ArrowType.LargeBinary bytes -> SqlType.VARBINARY;
      case ArrowType.BinaryView bytes -> SqlType.VARBINARY;
      case ArrowType.FixedSizeBinary bytes ->
          bytes.getByteWidth() == UUID_BYTES && isExtension(field, "arrow.uuid")
              ? SqlType.UUID
              : SqlType.VARBINARY;
      case ArrowType.Date date -> SqlType.DATE;
      case ArrowType.Time time -> SqlType.TIME;
      case ArrowType.Timestamp time ->
          time.getTimezone() == null || time.getTimezone().isEmpty()
              ? SqlType.TIMESTAMP
              : SqlType.TIMESTAMP_TZ;
      case ArrowType.FixedSizeList list -> vector(list.getListSize(), field);
      case ArrowType.List list -> array(field);
      case ArrowType.LargeList list -> array(field);
      default -> null;
    };
  }

  private static SqlType whole(ArrowType.Int number) {
    return switch (number.getBitWidth()) {
      case 8 -> number.getIsSigned() ? SqlType.TINYINT : SqlType.SMALLINT;
      case 16 -> number.getIsSigned() ? SqlType.SMALLINT : SqlType.INTEGER;
      case 32 -> number.getIsSigned() ? SqlType.INTEGER : SqlType.BIGINT;
      default -> number.getIsSigned() ? SqlType.BIGINT : new SqlType.Decimal(20, 0);
    };
  }

  /** A fixed number of numbers is a vector; a fixed number of anything else has no SQL type. */
  private static @Nullable SqlType vector(int dimension, Field field) {
    ArrowType element = field.getChildren().getFirst().getType();
    if (dimension < 1 || dimension > SqlType.Vector.MAX_DIMENSION) {
      return null;
    }
    return switch (element) {
      case ArrowType.FloatingPoint number ->
          new SqlType.Vector(
              dimension,
              number.getPrecision() == FloatingPointPrecision.HALF
                  ? SqlType.Element.FLOAT16
                  : SqlType.Element.FLOAT32);
      case ArrowType.Int number when number.getBitWidth() == 8 && number.getIsSigned() ->
          new SqlType.Vector(dimension, SqlType.Element.INT8);
      case ArrowType.Int number when number.getBitWidth() == 16 && !number.getIsSigned() ->
          new SqlType.Vector(dimension, SqlType.Element.BFLOAT16);
      default -> null;
    };
  }

  private static @Nullable SqlType array(Field field) {
    SqlType element = find(field.getChildren().getFirst());
    return element == null || element instanceof SqlType.Array || element instanceof SqlType.Vector
        ? null
        : new SqlType.Array(element);
  }

  private static boolean isExtension(Field field, String name) {
    return name.equals(field.getMetadata().get(EXTENSION_NAME))
        || (field.getType() instanceof ArrowType.ExtensionType extension
            && name.equals(extension.extensionName()));
  }

  /** Whether Arrow's buffers are those of {@link io.quiver.types.Column} for the type. */
  static boolean isSameLayout(ArrowType arrow, SqlType type) {
    return switch (arrow) {
      case ArrowType.Bool bool -> true;
      case ArrowType.Int number -> number.getIsSigned();
      case ArrowType.FloatingPoint number -> number.getPrecision() != FloatingPointPrecision.HALF;
      case ArrowType.Decimal decimal -> decimal.getBitWidth() == 128;
      case ArrowType.Utf8 text -> true;
      case ArrowType.Binary bytes -> true;
      case ArrowType.FixedSizeBinary bytes -> type.equals(SqlType.UUID);
      case ArrowType.Date date -> date.getUnit() == DateUnit.DAY;
      case ArrowType.Time time -> time.getUnit() == TimeUnit.MICROSECOND;
      case ArrowType.Timestamp time -> time.getUnit() == TimeUnit.MICROSECOND;
      default -> false;
    };
  }
}
