package io.quiver.jdbc;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes Java values of those that travel, by the name of their SQL type.
 *
 * <p>On the wire a DATE is days since 1970-01-01; TIME, TIMESTAMP and TIMESTAMP WITH TIME ZONE are
 * microseconds; a DECIMAL is its text; a UUID is 16 bytes; a VECTOR is packed elements; an ARRAY is
 * a list of values that travel. Everything else is itself.
 */
final class WireType {
  private static final String ARRAY = " ARRAY";
  private static final Pattern VECTOR = Pattern.compile("VECTOR(?:\\((\\d+|\\*)(?:, (\\w+))?\\))?");

  private final String name;
  private final Decoder decoder;

  /** A value of one type; never null. */
  private interface Decoder {
    Object decode(Object wire);
  }

  private WireType(String name, Decoder decoder) {
    this.name = name;
    this.decoder = decoder;
  }

  static WireType of(String name) {
    return new WireType(name, decoder(name));
  }

  String name() {
    return name;
  }

  /** The value of a class that says what it is. */
  @Nullable Object decode(@Nullable Object wire) {
    return wire == null ? null : decoder.decode(wire);
  }

  private static Decoder decoder(String name) {
    if (name.endsWith(ARRAY)) {
      WireType element = of(name.substring(0, name.length() - ARRAY.length()));
      return wire -> wire instanceof List<?> list ? array(list, element) : wire;
    }
    if (name.startsWith("VECTOR")) {
      return vector(name);
    }
    if (name.startsWith("DECIMAL")) {
      return wire -> wire instanceof String text ? new BigDecimal(text) : wire;
    }
    return switch (name) {
      case "DATE" ->
          wire -> wire instanceof Number days ? LocalDate.ofEpochDay(days.longValue()) : wire;
      case "TIME" ->
          wire -> wire instanceof Number n ? LocalTime.ofNanoOfDay(n.longValue() * 1_000) : wire;
      case "TIMESTAMP" -> wire -> wire instanceof Number n ? timestamp(n.longValue()) : wire;
      case "TIMESTAMP WITH TIME ZONE" ->
          wire -> wire instanceof Number n ? instant(n.longValue()) : wire;
      case "UUID" -> wire -> wire instanceof byte[] bytes ? uuid(bytes) : wire;
      default -> wire -> wire;
    };
  }

  private static Decoder vector(String name) {
    Matcher matcher = VECTOR.matcher(name);
    if (!matcher.matches()) {
      return wire -> wire;
    }
    QuiverVector.Element element =
        matcher.group(2) == null
            ? QuiverVector.Element.FLOAT32
            : QuiverVector.Element.valueOf(matcher.group(2));
    String dimension = matcher.group(1);
    int declared = dimension == null || dimension.equals("*") ? 0 : Integer.parseInt(dimension);
    return wire -> {
      if (!(wire instanceof byte[] packed)) {
        return wire;
      }
      return QuiverVector.unpack(packed, element, declared > 0 ? declared : fill(packed, element));
    };
  }

  /** How many dimensions fill so many bytes. */
  private static int fill(byte[] packed, QuiverVector.Element element) {
    return switch (element) {
      case FLOAT32 -> packed.length / 4;
      case FLOAT16, BFLOAT16 -> packed.length / 2;
      case INT8 -> packed.length;
      case BINARY -> packed.length * 8;
    };
  }

  private static QuiverArray array(List<?> list, WireType element) {
    List<@Nullable Object> values = new ArrayList<>(list.size());
    for (Object wire : list) {
      values.add(element.decode(wire));
    }
    return new QuiverArray(element.name(), values);
  }

  private static LocalDateTime timestamp(long micros) {
    return LocalDateTime.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L),
        (int) Math.floorMod(micros, 1_000_000L) * 1_000,
        ZoneOffset.UTC);
  }

  private static OffsetDateTime instant(long micros) {
    return Instant.ofEpochSecond(
            Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1_000)
        .atOffset(ZoneOffset.UTC);
  }

  private static UUID uuid(byte[] bytes) {
    ByteBuffer halves = ByteBuffer.wrap(bytes);
    return new UUID(halves.getLong(), halves.getLong());
  }
}
