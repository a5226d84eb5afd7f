package io.quiver.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares indexes with looking at every row, over all types that can be indexed. */
class ScalarIndexTest {
  private static final List<SqlType> TYPES =
      List.of(
          SqlType.BOOLEAN,
          SqlType.TINYINT,
          SqlType.SMALLINT,
          SqlType.INTEGER,
          SqlType.BIGINT,
          SqlType.REAL,
          SqlType.DOUBLE,
          SqlType.DATE,
          SqlType.TIME,
          SqlType.TIMESTAMP,
          SqlType.TIMESTAMP_TZ,
          SqlType.UUID,
          SqlType.TEXT,
          SqlType.VARBINARY,
          new SqlType.Decimal(9, 2),
          new SqlType.Decimal(38, 5));

  /** One of a few values, the awkward ones among them, or any. */
  static Object value(SqlType type, Random random, int few) {
    long n = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(few) - few / 2;
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> n % 2 == 0;
            case TINYINT -> (byte) n;
            case SMALLINT -> (short) n;
            case INTEGER -> (int) n;
            case BIGINT -> n % 7 == 0 ? Long.MIN_VALUE : n % 11 == 0 ? Long.MAX_VALUE : n;
            case REAL -> real(n).floatValue();
            case DOUBLE -> real(n);
            case DATE -> LocalDate.ofEpochDay(n % 100_000);
            case TIME -> LocalTime.ofNanoOfDay(Math.floorMod(n, 86_400_000_000L) * 1_000);
            case TIMESTAMP -> LocalDateTime.of(2000, 1, 1, 0, 0).plusSeconds(n % 1_000_000_000);
            case TIMESTAMP_TZ -> Instant.ofEpochSecond(n % 1_000_000_000);
            case UUID -> new UUID(n % 3, n);
            case JSON -> throw new IllegalStateException("JSON is not indexed");
          };
      case SqlType.Decimal decimal -> decimal(decimal, n, random);
      case SqlType.Varchar varchar -> text(n, random);
      case SqlType.Varbinary varbinary -> bytes(n, random);
      case SqlType.Array array -> throw new IllegalStateException("arrays are not indexed");
      case SqlType.Vector vector -> throw new IllegalStateException("vectors are not indexed");
    };
  }

  private static Double real(long n) {
    return switch (Math.floorMod(n, 13)) {
      case 0 -> Double.NaN;
      case 1 -> -0.0;
      case 2 -> 0.0;
      case 3 -> Double.NEGATIVE_INFINITY;
      case 4 -> Double.POSITIVE_INFINITY;
      default -> n / 8.0;
    };
  }

  private static BigDecimal decimal(SqlType.Decimal type, long n, Random random) {
    int digits = random.nextInt(3) == 0 ? type.precision() * 3 : 20;
    BigInteger value =
        n % 3 == 0 ? new BigInteger(digits, random).shiftLeft(1) : BigInteger.valueOf(n % 99_999);
    BigInteger limit = BigInteger.TEN.pow(type.precision());
    return new BigDecimal(
        value.mod(limit).multiply(BigInteger.valueOf(n < 0 ? -1 : 1)), type.scale());
  }

  private static String text(long n, Random random) {
    String common =
        List.of("", "common", "common prefix ", "\u00e9\u65e5\uD83C\uDFF9")
            .get(Math.floorMod(n, 4));
    return common
        + switch (random.nextInt(4)) {
          case 0 -> "";
          case 1 -> "\u0000".repeat(random.nextInt(3));
          case 2 -> Long.toString(n % 5);
          default -> "x".repeat(random.nextInt(20));
        };
  }

  private static byte[] bytes(long n, Random random) {
    byte[] bytes = new byte[random.nextInt(18)];
    Arrays.fill(bytes, (byte) (n % 2 == 0 ? 0xFF : 0));
    if (bytes.length > 0) {
      bytes[bytes.length - 1] = (byte) n;
    }
    return bytes;
  }

  static Column column(SqlType type, int rows, Random random, int few) {
    ColumnBuilder builder = new ColumnBuilder(type, rows);
    int nulls = random.nextInt(3);
    for (int i = 0; i < rows; i++) {
      builder.append(nulls > 0 && random.nextInt(3 * nulls) == 0 ? null : value(type, random, few));
    }
    return builder.build();
  }

  static IndexDefinition index(IndexDefinition.Kind kind, List<IndexDefinition.Key> keys) {
    return new IndexDefinition(
        new IndexId(7), new TableId(1), "i", kind, keys, null, List.of(), null, Map.of(), null);
  }

  static ColumnPredicate condition(SqlType type, Random random, int few) {
    return switch (random.nextInt(6)) {
      case 0 -> new ColumnPredicate.IsNull();
      case 1 -> new ColumnPredicate.Range(null, null);
      case 2 -> {
        ColumnBuilder some = new ColumnBuilder(type, 4);
        for (int i = 0; i < 4; i++) {
          some.append(value(type, random, few));
        }
        yield ColumnPredicate.OneOf.of(some.build());
      }
      case 3 -> ColumnPredicate.OneOf.of(one(type, random, few));
      default -> ColumnPredicate.Range.of(bound(type, random, few), bound(type, random, few));
    };
  }

  private static @Nullable Bound bound(SqlType type, Random random, int few) {
    return random.nextInt(4) == 0 ? null : new Bound(one(type, random, few), random.nextBoolean());
  }

  private static Column one(SqlType type, Random random, int few) {
    ColumnBuilder builder = new ColumnBuilder(type, 1);
    builder.append(value(type, random, few));
    return builder.build();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void findsAndOrdersAsLookingAtEveryRowDoes(long seed) {
    Random random = new Random(seed);
    for (SqlType type : TYPES) {
      int few = 2 + random.nextInt(200);
      int rows = random.nextInt(1_500);
      List<Column> columns = new ArrayList<>(List.of(column(type, rows, random, few)));
      if (random.nextBoolean()) {
        columns.add(column(TYPES.get(random.nextInt(TYPES.size())), rows, random, 3));
      }
      List<IndexDefinition.Key> keys = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        keys.add(
            new IndexDefinition.Key(new ColumnId(i), random.nextBoolean(), random.nextBoolean()));
      }
      IndexDefinition.Kind kind =
          List.of(
                  IndexDefinition.Kind.SCALAR,
                  IndexDefinition.Kind.BTREE,
                  IndexDefinition.Kind.BITMAP)
              .get(random.nextInt(3));
      ScalarIndex index = IndexBuild.of(index(kind, keys), columns, rows, () -> {});
      String what = "seed " + seed + ", " + type.sqlName() + " as " + index.kind();
      assertThat(index.rows()).as(what).isEqualTo(rows);
      assertOrdered(index, columns, keys, what);
      for (int i = 0; i < 30; i++) {
        assertFinds(index, columns, random, few, what);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void eachViewOfAGrowingBlockIsFoundAndOrderedAsItIs(long seed) {
    Random random = new Random(seed);
    int few = 2 + random.nextInt(2_000);
    int all = 20_000;
    List<Column> block =
        List.of(
            column(TYPES.get(random.nextInt(TYPES.size())), all, random, few),
            column(TYPES.get(random.nextInt(TYPES.size())), all, random, 3));
    List<IndexDefinition.Key> keys = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(2); i++) {
      keys.add(
          new IndexDefinition.Key(new ColumnId(i), random.nextBoolean(), random.nextBoolean()));
    }
    GrowingIndex growing = new GrowingIndex(index(IndexDefinition.Kind.SCALAR, keys));
    int newest = 0;
    int ordered = 0;
    while (newest < all) {
      boolean older = random.nextInt(4) == 0;
      int rows = older ? random.nextInt(newest + 1) : Math.min(all, newest + random.nextInt(3_000));
      newest = Math.max(newest, rows);
      List<Column> columns =
          keys.stream().map(key -> block.get(key.column().value()).slice(0, rows)).toList();
      ScalarIndex index = growing.view(columns, rows);
      String what = "seed " + seed + ", " + rows + " of " + newest + " rows";
      assertThat(index != null || older).as(what + " have an index").isTrue();
      if (index != null) {
        assertThat(index.rows()).as(what).isEqualTo(rows);
        for (int i = 0; i < 3; i++) {
          assertFinds(index, columns, random, few, what);
        }
        if (++ordered % 4 == 0) {
          assertOrdered(index, columns, keys, what);
        }
      }
    }
    assertThat(growing.rows(all)).as("rows in runs").isGreaterThan(all - 1_024);
  }

  private static void assertFinds(
      ScalarIndex index, List<Column> columns, Random random, int few, String what) {
    List<ColumnPredicate> conditions = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(columns.size()); i++) {
      conditions.add(condition(columns.get(i).type(), random, i == 0 ? few : 3));
    }
    ScalarIndex.Matches matches = index.find(columns, conditions);
    RowBitmap found = matches.rows();
    assertThat(matches.count()).as(what).isEqualTo(found.count());
    boolean exact =
        conditions.size() == 1 || !(conditions.getFirst() instanceof ColumnPredicate.Range);
    for (int row = 0; row < index.rows(); row++) {
      boolean wanted = true;
      for (int i = 0; i < conditions.size(); i++) {
        wanted &= conditions.get(i).test(columns.get(i), row);
      }
      if ((wanted || exact) && found.contains(row) != wanted) {
        throw new AssertionError(what + ", row " + row + " for " + conditions);
      }
    }
  }

  private static void assertOrdered(
      ScalarIndex index, List<Column> columns, List<IndexDefinition.Key> keys, String what) {
    Comparator<Integer> order = (a, b) -> compare(columns, keys, a, b);
    List<Integer> forward = IntStream.range(0, index.rows()).boxed().sorted(order).toList();
    assertThat(walk(index.ordered(columns, false, keys.getFirst().nullsFirst())))
        .as(what)
        .isEqualTo(forward);
    List<Integer> backward =
        IntStream.range(0, index.rows()).boxed().sorted(order.reversed()).toList();
    assertThat(walk(index.ordered(columns, true, !keys.getFirst().nullsFirst())))
        .as(what + " reversed")
        .isEqualTo(backward);
  }

  private static List<Integer> walk(ScalarIndex.OrderedRows rows) {
    List<Integer> all = new ArrayList<>();
    int[] out = new int[37];
    for (int count = rows.next(out); count > 0; count = rows.next(out)) {
      Arrays.stream(out, 0, count).forEach(all::add);
    }
    return all;
  }

  static int compare(List<Column> columns, List<IndexDefinition.Key> keys, int a, int b) {
    for (int i = 0; i < keys.size(); i++) {
      Column column = columns.get(i);
      boolean aNull = column.isNull(a);
      boolean bNull = column.isNull(b);
      int order;
      if (aNull || bNull) {
        order = Boolean.compare(aNull, bNull) * (keys.get(i).nullsFirst() ? -1 : 1);
      } else {
        order =
            ColumnComparator.compare(column, a, column, b) * (keys.get(i).descending() ? -1 : 1);
      }
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }
}
