package io.quiver.avatica;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.remote.TypedValue;
import org.apache.calcite.avatica.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Avatica's typed values as a session takes them. */
final class ParameterValues {
  private static final long MILLIS_PER_SECOND = 1_000;

  private ParameterValues() {}

  static List<@Nullable Object> of(@Nullable List<TypedValue> values) {
    List<@Nullable Object> converted = new ArrayList<>();
    if (values == null) {
      return converted;
    }
    for (TypedValue value : values) {
      if (value == null) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "parameter " + (converted.size() + 1) + " is not set");
      }
      converted.add(convert(value));
    }
    return converted;
  }

  private static @Nullable Object convert(TypedValue value) {
    boolean isItself =
        value.value instanceof byte[] || value.value instanceof float[] || value.type == Rep.ARRAY;
    Object local = isItself ? value.value : value.toLocal();
    if (local == null) {
      return null;
    }
    return switch (value.type) {
      case BYTE_STRING -> ((ByteString) local).getBytes();
      case JAVA_SQL_DATE -> LocalDate.ofEpochDay(((Number) local).longValue());
      case JAVA_SQL_TIMESTAMP, JAVA_UTIL_DATE -> timestamp(((Number) local).longValue());
      case CHARACTER, PRIMITIVE_CHAR -> local.toString();
      case ARRAY -> elements((List<?>) local);
      default -> local;
    };
  }

  private static List<@Nullable Object> elements(List<?> list) {
    List<@Nullable Object> elements = new ArrayList<>(list.size());
    for (Object element : list) {
      elements.add(element instanceof TypedValue value ? convert(value) : element);
    }
    return elements;
  }

  private static LocalDateTime timestamp(long millis) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(millis, MILLIS_PER_SECOND),
        (int) Math.floorMod(millis, MILLIS_PER_SECOND) * 1_000_000,
        ZoneOffset.UTC);
  }
}
