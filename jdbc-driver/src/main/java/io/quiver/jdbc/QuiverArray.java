package io.quiver.jdbc;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Time;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An ARRAY as a result gives it, or as an application makes it to bind it. */
final class QuiverArray implements Array {
  private static final Map<String, String> SYNONYMS =
      Map.ofEntries(
          Map.entry("INT", "INTEGER"),
          Map.entry("INT4", "INTEGER"),
          Map.entry("INT2", "SMALLINT"),
          Map.entry("INT8", "BIGINT"),
          Map.entry("FLOAT4", "REAL"),
          Map.entry("FLOAT8", "DOUBLE"),
          Map.entry("FLOAT", "DOUBLE"),
          Map.entry("DOUBLE PRECISION", "DOUBLE"),
          Map.entry("NUMERIC", "DECIMAL"),
          Map.entry("TEXT", "VARCHAR"),
          Map.entry("STRING", "VARCHAR"),
          Map.entry("CHAR", "VARCHAR"),
          Map.entry("BOOL", "BOOLEAN"),
          Map.entry("BYTEA", "VARBINARY"),
          Map.entry("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"),
          Map.entry("JSONB", "JSON"));

  private final String elementName;
  private final List<@Nullable Object> values;

  /** Takes the list, whose values are of the classes that {@link WireType} makes. */
  QuiverArray(String elementName, List<@Nullable Object> values) {
    this.elementName = elementName;
    this.values = Collections.unmodifiableList(values);
  }

  /**
   * What an application gives to {@code createArrayOf}.
   *
   * @throws SQLException 42704 when no type has that name
   */
  static QuiverArray of(String typeName, Object @Nullable [] elements) throws SQLException {
    String upper = typeName.strip().toUpperCase(Locale.ROOT);
    String name = SYNONYMS.getOrDefault(upper, upper);
    if (base(name) == Types.OTHER && !name.equals("UUID") && !name.equals("JSON")) {
      throw new SQLException("no ARRAY has elements of type " + typeName, "42704");
    }
    return new QuiverArray(
        name, new ArrayList<>(elements == null ? List.of() : Arrays.asList(elements)));
  }

  private static String plain(String name) {
    int parameters = name.indexOf('(');
    return parameters < 0 ? name : name.substring(0, parameters);
  }

  private static int base(String name) {
    return switch (plain(name)) {
      case "BOOLEAN" -> Types.BOOLEAN;
      case "TINYINT" -> Types.TINYINT;
      case "SMALLINT" -> Types.SMALLINT;
      case "INTEGER" -> Types.INTEGER;
      case "BIGINT" -> Types.BIGINT;
      case "REAL" -> Types.REAL;
      case "DOUBLE" -> Types.DOUBLE;
      case "DECIMAL" -> Types.DECIMAL;
      case "VARCHAR" -> Types.VARCHAR;
      case "VARBINARY" -> Types.VARBINARY;
      case "DATE" -> Types.DATE;
      case "TIME" -> Types.TIME;
      case "TIMESTAMP" -> Types.TIMESTAMP;
      case "TIMESTAMP WITH TIME ZONE" -> Types.TIMESTAMP_WITH_TIMEZONE;
      default -> Types.OTHER;
    };
  }

  /** The class of the elements that {@link #getArray} gives. */
  private Class<?> elementClass() {
    return switch (plain(elementName)) {
      case "BOOLEAN" -> Boolean.class;
      case "TINYINT" -> Byte.class;
      case "SMALLINT" -> Short.class;
      case "INTEGER" -> Integer.class;
      case "BIGINT" -> Long.class;
      case "REAL" -> Float.class;
      case "DOUBLE" -> Double.class;
      case "DECIMAL" -> BigDecimal.class;
      case "VARCHAR", "JSON" -> String.class;
      case "VARBINARY" -> byte[].class;
      case "DATE" -> Date.class;
      case "TIME" -> Time.class;
      case "TIMESTAMP" -> Timestamp.class;
      case "TIMESTAMP WITH TIME ZONE" -> OffsetDateTime.class;
      case "UUID" -> UUID.class;
      default -> Object.class;
    };
  }

  /** The elements as they are. */
  List<@Nullable Object> values() {
    return values;
  }

  @Override
  public String getBaseTypeName() {
    return elementName;
  }

  @Override
  public int getBaseType() {
    return base(elementName);
  }

  /** An array of the class that belongs to the element's type, such as {@code Integer[]}. */
  @Override
  public Object getArray() throws SQLException {
    return getArray(1, values.size());
  }

  @Override
  public Object getArray(@Nullable Map<String, Class<?>> map) throws SQLException {
    return getArray();
  }

  @Override
  public Object getArray(long index, int count) throws SQLException {
    List<@Nullable Object> part = part(index, count);
    Class<?> type = elementClass();
    @Nullable Object[] array =
        (@Nullable Object[]) java.lang.reflect.Array.newInstance(type, part.size());
    for (int i = 0; i < array.length; i++) {
      Object value = part.get(i);
      array[i] = value == null ? null : Conversion.convert(value, type);
    }
    return array;
  }

  @Override
  public Object getArray(long index, int count, @Nullable Map<String, Class<?>> map)
      throws SQLException {
    return getArray(index, count);
  }

  private List<@Nullable Object> part(long index, int count) throws SQLException {
    if (index < 1 || count < 0 || index - 1 > values.size()) {
      throw new SQLException(
          "the array has " + values.size() + " elements, found " + count + " from " + index,
          SqlStates.ARRAY_SUBSCRIPT);
    }
    int from = (int) (index - 1);
    return values.subList(from, (int) Math.min(values.size(), (long) from + count));
  }

  /** Two columns: INDEX from 1, and VALUE. */
  @Override
  public ResultSet getResultSet() throws SQLException {
    return getResultSet(1, values.size());
  }

  @Override
  public ResultSet getResultSet(@Nullable Map<String, Class<?>> map) throws SQLException {
    return getResultSet();
  }

  @Override
  public ResultSet getResultSet(long index, int count) throws SQLException {
    List<Object> rows = new ArrayList<>();
    for (Object value : part(index, count)) {
      rows.add(Arrays.asList((int) index + rows.size(), value));
    }
    return LocalRows.of(
        List.of(
            new LocalRows.Column("INDEX", Types.INTEGER, "INTEGER"),
            new LocalRows.Column("VALUE", getBaseType(), elementName)),
        rows);
  }

  @Override
  public ResultSet getResultSet(long index, int count, @Nullable Map<String, Class<?>> map)
      throws SQLException {
    return getResultSet(index, count);
  }

  /** Nothing to release: the elements are here. */
  @Override
  public void free() {}

  @Override
  public boolean equals(Object other) {
    return other instanceof QuiverArray array
        && elementName.equals(array.elementName)
        && toString().equals(array.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** As PostgreSQL writes it: {@code {1,NULL,"a b"}}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder("{");
    for (Object value : values) {
      if (out.length() > 1) {
        out.append(',');
      }
      if (value == null) {
        out.append("NULL");
      } else {
        append(out, Conversion.text(value));
      }
    }
    return out.append('}').toString();
  }

  private static void append(StringBuilder out, String text) {
    boolean plain = !text.isEmpty() && !text.equalsIgnoreCase("NULL");
    for (int i = 0; i < text.length() && plain; i++) {
      char c = text.charAt(i);
      plain = "{},\"\\".indexOf(c) < 0 && !Character.isWhitespace(c);
    }
    if (plain) {
      out.append(text);
    } else {
      out.append('"').append(text.replace("\\", "\\\\").replace("\"", "\\\"")).append('"');
    }
  }
}
