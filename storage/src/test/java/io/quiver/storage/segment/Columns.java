package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Columns of every type to write into segments. */
final class Columns {
  static final List<SqlType> TYPES =
      List.of(
          SqlType.BOOLEAN,
          SqlType.INTEGER,
          SqlType.BIGINT,
          SqlType.REAL,
          SqlType.DOUBLE,
          SqlType.DATE,
          SqlType.TIMESTAMP,
          SqlType.TEXT,
          new SqlType.Varchar(20),
          SqlType.vector(3),
          SqlType.vector(17),
          SqlType.TINYINT,
          SqlType.SMALLINT,
          SqlType.TIME,
          SqlType.TIMESTAMP_TZ,
          SqlType.UUID,
          SqlType.JSON,
          SqlType.VARBINARY,
          new SqlType.Decimal(30, 2),
          new SqlType.Array(SqlType.INTEGER),
          new SqlType.Array(SqlType.TEXT),
          new SqlType.Vector(5, SqlType.Element.FLOAT16),
          new SqlType.Vector(5, SqlType.Element.BFLOAT16),
          new SqlType.Vector(5, SqlType.Element.INT8),
          new SqlType.Vector(13, SqlType.Element.BINARY));

  private static final List<String> TEXTS =
      List.of("", "a", "quiver", "naïve", "日本語", "\uD83C\uDFF9 arrow", "\u0000", "x".repeat(19));

  private Columns() {}

  /** Row ids, and a column of each type with and without nulls. */
  static List<SegmentColumn> all(int rows, long seed) {
    Random random = new Random(seed);
    List<SegmentColumn> columns = new ArrayList<>();
    columns.add(rowIds(rows));
    int id = 1;
    for (SqlType type : TYPES) {
      for (boolean nullable : new boolean[] {false, true}) {
        Column column = column(type, rows, nullable, random);
        columns.add(new SegmentColumn(new ColumnId(id), "c" + id, nullable, column));
        id++;
      }
    }
    return columns;
  }

  static SegmentColumn rowIds(int rows) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, rows);
    for (int i = 0; i < rows; i++) {
      builder.appendLong(1_000L + i);
    }
    return new SegmentColumn(ColumnId.ROW_ID, "_row_id", false, builder.build());
  }

  static Column column(SqlType type, int rows, boolean nullable, Random random) {
    ColumnBuilder builder = new ColumnBuilder(type, rows);
    for (int i = 0; i < rows; i++) {
      builder.append(nullable && random.nextInt(3) == 0 ? null : value(type, random));
    }
    return builder.build();
  }

  private static Object value(SqlType type, Random random) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> random.nextBoolean();
            case TINYINT -> (byte) random.nextInt();
            case SMALLINT -> (short) random.nextInt();
            case INTEGER -> random.nextInt();
            case BIGINT -> random.nextLong();
            case REAL -> random.nextFloat();
            case DOUBLE -> random.nextGaussian();
            case DATE -> LocalDate.ofEpochDay(random.nextInt(-100_000, 100_000));
            case TIMESTAMP -> LocalDateTime.of(1900 + random.nextInt(300), 2, 3, 4, 5, 6, 789_000);
            case TIME -> LocalTime.ofSecondOfDay(random.nextInt(86_400));
            case TIMESTAMP_TZ -> Instant.ofEpochSecond(random.nextInt());
            case UUID -> new UUID(random.nextLong(), random.nextLong());
            case JSON -> "[" + random.nextInt() + "]";
          };
      case SqlType.Decimal decimal ->
          new BigDecimal(new BigInteger(random.nextInt(1, 90), random), decimal.scale());
      case SqlType.Varbinary varbinary ->
          TEXTS.get(random.nextInt(TEXTS.size())).getBytes(StandardCharsets.UTF_8);
      case SqlType.Array array -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(random.nextInt(4) == 0 ? null : value(array.element(), random));
        }
        yield list;
      }
      case SqlType.Varchar varchar -> TEXTS.get(random.nextInt(TEXTS.size()));
      case SqlType.Vector vector -> {
        float[] floats = new float[vector.dimension()];
        for (int i = 0; i < floats.length; i++) {
          floats[i] = vector.element() == SqlType.Element.FLOAT32 ? random.nextFloat() : i & 1;
        }
        yield floats;
      }
    };
  }

  /** The values, vectors as lists: arrays are equal to themselves alone. */
  static List<@Nullable Object> values(Column column) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int i = 0; i < column.length(); i++) {
      values.add(
          switch (column.get(i)) {
            case float[] floats -> list(floats);
            case byte[] bytes -> HexFormat.of().formatHex(bytes);
            case Object other -> other;
            case null -> null;
          });
    }
    return values;
  }

  static List<Float> list(float[] floats) {
    List<Float> list = new ArrayList<>();
    for (float element : floats) {
      list.add(element);
    }
    return list;
  }
}
