package io.quiver.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is written as Arrow or Parquet is read again, of every type, nulls among it. */
class EveryTypeTest {
  private static final int DIMENSION = 13;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1,arrow", "2,arrow", "1,arrows", "2,arrows", "1,parquet", "2,parquet"})
  void everyTypeComesBack(long seed, String ending) {
    Random random = new Random(seed);
    List<Field> fields = new ArrayList<>();
    for (SqlType type : types()) {
      fields.add(new Field("c" + fields.size(), type, true));
    }
    Schema schema = new Schema(fields);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < Batch.ROWS + 77; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (Field field : fields) {
        row.add(random.nextInt(8) == 0 ? null : value(random, field.type()));
      }
      rows.add(row);
    }
    Path file = directory.resolve("all." + ending);
    FormatOptions options = FormatOptions.defaults();
    Format format = Format.of(file.toString());

    Rows.write(file, format, options, schema, rows, 500);

    boolean parquet = format == Format.PARQUET;
    List<List<@Nullable Object>> read = Rows.read(file, format, options);
    assertThat(read).as("seed " + seed).hasSameSizeAs(rows);
    List<List<@Nullable Object>> wanted = Rows.comparable(rows);
    for (int i = 0; i < rows.size(); i++) {
      for (int column = 0; column < fields.size(); column++) {
        SqlType type = fields.get(column).type();
        Object expected = wanted.get(i).get(column);
        if (parquet && expected != null && type instanceof SqlType.Vector vector) {
          expected = listed((List<?>) expected, vector);
        }
        assertThat(read.get(i).get(column))
            .as("seed %d, row %d, %s", seed, i, type.sqlName())
            .isEqualTo(expected);
      }
    }
  }

  /** Parquet has lists and no vectors: bits come back as a number each. */
  private static Object listed(List<?> vector, SqlType.Vector type) {
    if (type.element() != SqlType.Element.BINARY) {
      return vector;
    }
    List<Byte> bits = new ArrayList<>();
    for (int i = 0; i < type.dimension(); i++) {
      bits.add((byte) (((Byte) vector.get(i >> 3) >> (7 - (i & 7))) & 1));
    }
    return bits;
  }

  private static List<SqlType> types() {
    List<SqlType> types = new ArrayList<>(List.of(SqlType.Simple.values()));
    types.add(SqlType.TEXT);
    types.add(SqlType.VARBINARY);
    types.add(new SqlType.Decimal(38, 10));
    types.add(new SqlType.Decimal(5, 0));
    for (SqlType.Element element : SqlType.Element.values()) {
      types.add(new SqlType.Vector(DIMENSION, element));
    }
    types.add(new SqlType.Array(SqlType.INTEGER));
    types.add(new SqlType.Array(SqlType.TEXT));
    types.add(new SqlType.Array(SqlType.BOOLEAN));
    types.add(new SqlType.Array(new SqlType.Decimal(20, 3)));
    return types;
  }

  private static Object value(Random random, SqlType type) {
    return switch (type) {
      case SqlType.Simple simple -> simple(random, simple);
      case SqlType.Decimal decimal ->
          new BigDecimal(
              new BigInteger(decimal.precision() * 3, random)
                  .multiply(BigInteger.valueOf(random.nextBoolean() ? 1 : -1))
                  .mod(BigInteger.TEN.pow(decimal.precision())),
              decimal.scale());
      case SqlType.Varchar varchar -> text(random);
      case SqlType.Varbinary varbinary -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield bytes;
      }
      case SqlType.Array array -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          values.add(random.nextInt(5) == 0 ? null : value(random, array.element()));
        }
        yield values;
      }
      case SqlType.Vector vector ->
          switch (vector.element()) {
            case FLOAT32, FLOAT16, BFLOAT16 -> {
              float[] floats = new float[vector.dimension()];
              for (int i = 0; i < floats.length; i++) {
                floats[i] = random.nextInt(-100, 100) / 4f;
              }
              yield floats;
            }
            case INT8 -> {
              byte[] bytes = new byte[vector.dimension()];
              random.nextBytes(bytes);
              yield bytes;
            }
            case BINARY -> new byte[] {(byte) random.nextInt(), (byte) (random.nextInt() & 0xF8)};
          };
    };
  }

  private static Object simple(Random random, SqlType.Simple simple) {
    return switch (simple) {
      case BOOLEAN -> random.nextBoolean();
      case TINYINT -> (byte) random.nextInt();
      case SMALLINT -> (short) random.nextInt();
      case INTEGER -> random.nextInt();
      case BIGINT -> random.nextLong();
      case REAL -> Float.intBitsToFloat(random.nextInt() & 0x7F7F_FFFF);
      case DOUBLE -> random.nextGaussian() * 1e30;
      case DATE -> LocalDate.ofEpochDay(random.nextInt(-100_000, 100_000));
      case TIME -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1_000);
      case TIMESTAMP -> time(random);
      case TIMESTAMP_TZ -> ((LocalDateTime) time(random)).toInstant(ZoneOffset.UTC);
      case UUID -> new UUID(random.nextLong(), random.nextLong());
      case JSON -> "{\"n\": " + random.nextInt() + "}";
    };
  }

  private static Object time(Random random) {
    Instant instant =
        Instant.ofEpochSecond(random.nextLong(-4_000_000_000L, 8_000_000_000L))
            .plusNanos(random.nextInt(1_000_000) * 1_000L);
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }

  private static String text(Random random) {
    return List.of("", "a", "quote \" and , comma", "한국어", "🙂", "two\nlines", "x".repeat(40))
            .get(random.nextInt(7))
        + random.nextInt(10);
  }
}
