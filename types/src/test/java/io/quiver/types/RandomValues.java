package io.quiver.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Values of every type. */
final class RandomValues {
  static final List<SqlType> TYPES = types();

  private static final String[] LETTERS = {"a", "é", "中", "한", "🎉", ""};

  private RandomValues() {}

  private static List<SqlType> types() {
    List<SqlType> types = new ArrayList<>(List.of(SqlType.Simple.values()));
    types.add(SqlType.TEXT);
    types.add(SqlType.VARBINARY);
    types.add(new SqlType.Decimal(38, 4));
    types.add(new SqlType.Array(SqlType.TEXT));
    types.add(new SqlType.Array(SqlType.SMALLINT));
    types.add(SqlType.vector(1));
    for (SqlType.Element element : SqlType.Element.values()) {
      types.add(new SqlType.Vector(37, element));
    }
    return types;
  }

  static Object value(SqlType type, Random random) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> random.nextBoolean();
            case TINYINT -> (byte) random.nextInt();
            case SMALLINT -> (short) random.nextInt();
            case INTEGER -> random.nextInt();
            case BIGINT -> random.nextLong();
            case REAL -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case DATE -> LocalDate.ofEpochDay(random.nextInt());
            case TIME -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1_000);
            case TIMESTAMP -> Column.timestamp(random.nextInt());
            case TIMESTAMP_TZ -> Column.timestamp(random.nextInt()).toInstant(ZoneOffset.UTC);
            case UUID -> new UUID(random.nextLong(), random.nextLong());
            case JSON -> "{\"a\": " + random.nextInt() + "}";
          };
      case SqlType.Decimal decimal ->
          new BigDecimal(new BigInteger(random.nextInt(1, 120), random), decimal.scale())
              .multiply(BigDecimal.valueOf(random.nextBoolean() ? 1 : -1));
      case SqlType.Varchar varchar -> text(random);
      case SqlType.Varbinary varbinary -> {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        yield bytes;
      }
      case SqlType.Array array -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
          list.add(random.nextInt(4) == 0 ? null : value(array.element(), random));
        }
        yield list;
      }
      case SqlType.Vector vector ->
          switch (vector.element()) {
            case FLOAT32 -> floats(vector.dimension(), random);
            case FLOAT16, BFLOAT16 -> halves(vector.dimension(), random);
            case INT8 -> bytes(vector.dimension(), random);
            case BINARY -> bits(vector.dimension(), random);
          };
    };
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private static float[] floats(int dimension, Random random) {
    float[] floats = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      floats[i] = random.nextFloat();
    }
    return floats;
  }

  /** Numbers that both kinds of halves hold exactly. */
  private static float[] halves(int dimension, Random random) {
    float[] floats = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      floats[i] = random.nextInt(-128, 128) / 64f;
    }
    return floats;
  }

  private static byte[] bytes(int count, Random random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] bits(int dimension, Random random) {
    byte[] packed = bytes((dimension + 7) >> 3, random);
    int used = ((dimension - 1) & 7) + 1;
    packed[packed.length - 1] &= (byte) (0xFF00 >> used);
    return packed;
  }
}
