package io.quiver.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.predicate.Bound;
import io.quiver.storage.predicate.ColumnPredicate;
import io.quiver.storage.predicate.ColumnPredicates;
import io.quiver.storage.statistics.CandidateRows;
import io.quiver.storage.statistics.ColumnStatistics;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.VectorBound;
import io.quiver.storage.statistics.VectorStatistics;
import io.quiver.storage.statistics.ZoneMap;
import io.quiver.storage.transaction.TablePart;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.CorruptionException;
import io.quiver.types.SqlType;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of a segment never excludes a row that is there, and is damaged or right. */
final class StatisticsTest {
  private static final UUID ID = new UUID(8, 9);
  private static final int ROWS = 3 * ZoneMap.ZONE_ROWS - 77;

  private static final List<SqlType> ORDERED =
      Columns.TYPES.stream()
          .filter(type -> !(type instanceof SqlType.Vector || type instanceof SqlType.Array))
          .toList();

  /** Against a look at every row, over every type; the rows are half in order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void noZoneIsExcludedThatHasARow(long seed) {
    Random random = new Random(seed);
    FileSystem files = new MemoryFileSystem();
    List<SegmentColumn> columns = new ArrayList<>(List.of(Columns.rowIds(ROWS)));
    Set<ColumnId> filtered = new HashSet<>();
    for (SqlType type : ORDERED) {
      ColumnId id = new ColumnId(columns.size());
      Column column = halfSorted(Columns.column(type, ROWS, random.nextBoolean(), random));
      columns.add(new SegmentColumn(id, "c", true, column));
      if (random.nextBoolean()) {
        filtered.add(id);
      }
    }
    SegmentWriter.write(files, ID, columns, filtered);
    TablePart part = new TablePart(SegmentReader.open(files, ID), DeletedRows.NONE, 0, ID);
    int skipped = 0;
    for (int i = 1; i < columns.size(); i++) {
      Column column = columns.get(i).column();
      for (int run = 0; run < 8; run++) {
        ColumnPredicate predicate = random(column, random);
        ColumnPredicates demands = ColumnPredicates.of(columns.get(i).id(), predicate);
        CandidateRows candidates = part.candidates(demands);
        String what = "seed %d, %s of %s".formatted(seed, predicate, column.type().sqlName());
        for (int row = 0; row < ROWS; row++) {
          if (predicate.test(column, row) && !candidates.mayHold(row, 1)) {
            throw new AssertionError(what + ", row " + row + " is excluded");
          }
        }
        for (int from = 0; from < ROWS; from += ZoneMap.ZONE_ROWS) {
          skipped += candidates.mayHold(from, 1) ? 0 : 1;
        }
      }
    }
    assertThat(skipped).as("seed %d", seed).isGreaterThan(30);
    List<CorruptionException> damages = new ArrayList<>();
    SegmentCheck.check(files, ID, damages::add, (path, name, column) -> {});
    assertThat(damages).isEmpty();
  }

  /** The first half ascending, nulls first; the rest as it is. */
  private static Column halfSorted(Column column) {
    Integer[] rows = IntStream.range(0, ROWS / 2).boxed().toArray(Integer[]::new);
    Arrays.sort(
        rows,
        (i, j) ->
            column.isNull(i) || column.isNull(j)
                ? Boolean.compare(!column.isNull(i), !column.isNull(j))
                : ColumnComparator.compare(column, i, column, j));
    int[] order = IntStream.range(0, ROWS).toArray();
    for (int i = 0; i < rows.length; i++) {
      order[i] = rows[i];
    }
    return column.gather(order, ROWS, Arena.ofAuto());
  }

  private static ColumnPredicate random(Column column, Random random) {
    int[] rows = random.ints(0, ROWS).filter(row -> !column.isNull(row)).limit(3).toArray();
    Column values = column.gather(rows, rows.length, Arena.ofAuto());
    Bound a = new Bound(values.slice(0, 1), random.nextBoolean());
    Bound b = new Bound(values.gather(new int[] {1}, 1, Arena.ofAuto()), random.nextBoolean());
    return switch (random.nextInt(6)) {
      case 0 -> new ColumnPredicate.IsNull();
      case 1 -> ColumnPredicate.Range.of(a, null);
      case 2 -> ColumnPredicate.Range.of(null, b);
      case 3 -> ColumnPredicate.Range.of(a, b);
      default -> ColumnPredicate.OneOf.of(values.slice(0, 1 + random.nextInt(3)));
    };
  }

  @Test
  void longTextsAreCutWithoutLosingAny() {
    String same = "x".repeat(70);
    byte[] highest = new byte[100];
    Arrays.fill(highest, (byte) 0xFF);
    Column texts = column(SqlType.TEXT, same + "a", same + "z", "中".repeat(40));
    Column bytes = column(SqlType.VARBINARY, highest, new byte[] {1}, null);
    ColumnSummary text = summary(texts, false);
    ColumnSummary binary = summary(bytes, false);
    for (int row = 0; row < 3; row++) {
      assertThat(text.statistics().range().holds(0, texts, row)).isTrue();
      assertThat(bytes.isNull(row) || binary.statistics().range().holds(0, bytes, row)).isTrue();
    }
    Column greatest = Objects.requireNonNull(text.statistics().range().greatest(0));
    assertThat(greatest.getBytes(0).byteSize()).isLessThanOrEqualTo(64);
    Column above = column(SqlType.TEXT, same + "zz");
    Bound low = new Bound(above, false);
    assertThat(text.statistics().range().mayHold(0, ColumnPredicate.Range.of(low, null))).isTrue();
    assertThat(binary.statistics().nulls()).isEqualTo(1);
  }

  /** A column that was stored as INTEGER is asked for BIGINTs and DOUBLEs. */
  @Test
  void whatIsKnownHoldsForAWiderTypeToo() {
    ColumnBuilder builder = new ColumnBuilder(SqlType.INTEGER, ROWS);
    for (int i = 0; i < ROWS; i++) {
      builder.appendInt(2 * i);
    }
    ColumnSummary stored = summary(builder.build(), true);
    for (SqlType wider : List.of(SqlType.BIGINT, SqlType.DOUBLE)) {
      ColumnSummary summary = new ColumnSummary.Widened(stored, wider);
      for (int value : new int[] {0, 8_192, 16_384, 40_000}) {
        Object constant = wider.equals(SqlType.BIGINT) ? (Object) (long) value : (double) value;
        ColumnPredicate one = ColumnPredicate.OneOf.of(column(wider, constant));
        CandidateRows rows =
            CandidateRows.of(ColumnPredicates.of(new ColumnId(1), one), id -> summary);
        assertThat(rows.mayHold(value / 2, 1)).as("%s %d", wider, value).isTrue();
        assertThat(rows.mayHold(0, ROWS)).isTrue();
        assertThat(rows.mayHold((value / 2 + ZoneMap.ZONE_ROWS) % ROWS, 1)).isFalse();
      }
    }
  }

  @Test
  void differentValuesAreCounted() {
    for (int distinct : new int[] {1, 10, 500, 1_500, 2_600, 4_000, 20_000}) {
      ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 24_000);
      for (int i = 0; i < 24_000; i++) {
        builder.appendLong(i % distinct * 7L);
      }
      double estimate =
          Objects.requireNonNull(summary(builder.build(), false).statistics().distinct())
              .estimate();
      // Four standard errors.
      assertThat(estimate).as("%d", distinct).isBetween(distinct * 0.87, distinct * 1.13);
    }
  }

  @Test
  void aFilterHasAllValuesAndFewOthers() {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, 20_000);
    for (int i = 0; i < 20_000; i++) {
      builder.appendLong(2L * i);
    }
    TablePart part = part(builder.build(), true);
    int wrong = 0;
    for (int i = 0; i < 40_000; i++) {
      ColumnPredicate one = ColumnPredicate.OneOf.of(column(SqlType.BIGINT, (long) i));
      // Within the range of zone 0 to 2, so that only the filter can say no.
      boolean found = !part.candidates(ColumnPredicates.of(new ColumnId(1), one)).isEmpty();
      assertThat(found || i % 2 == 1).as("%d", i).isTrue();
      wrong += found && i % 2 == 1 ? 1 : 0;
    }
    assertThat(wrong).isLessThan(600);
  }

  @Test
  void damageOfZonesAndFiltersIsNamed() {
    MemoryFileSystem files = new MemoryFileSystem();
    Column numbers = Columns.column(SqlType.BIGINT, ROWS, false, new Random(3));
    write(files, numbers, true);
    String path = "segments/" + ID + "/statistics";
    byte[] whole;
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      whole = file.read(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
    }
    for (int at = 0; at < whole.length; at += Math.max(1, whole.length / 97)) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x10;
      files.delete(path);
      try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
        file.write(0, MemorySegment.ofArray(damaged));
      }
      assertThatThrownBy(
              () -> {
                ColumnSummary summary =
                    Objects.requireNonNull(SegmentReader.open(files, ID).summary(new ColumnId(1)));
                summary.zones();
                summary.filter();
              })
          .as("byte %d", at)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(path);
      List<CorruptionException> damages = new ArrayList<>();
      SegmentCheck.check(files, ID, damages::add, (where, name, column) -> {});
      assertThat(damages).as("byte %d", at).isNotEmpty();
    }
  }

  /**
   * No kernel's distance is below the bound, near the ball and far away, near the origin and not.
   */
  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"L2", "L2_SQUARED", "COSINE", "NEGATIVE_INNER_PRODUCT"})
  void noDistanceIsBelowTheBound(Metric metric) {
    Random random = new Random(17);
    int useful = 0;
    for (int run = 0; run < 200; run++) {
      int dimension = 1 + random.nextInt(70);
      float scale = (float) Math.pow(10, random.nextInt(-12, 12));
      float shift = random.nextInt(3) * 4 * scale;
      float spread = random.nextBoolean() ? scale : scale * 1e-3f;
      ColumnBuilder builder = new ColumnBuilder(SqlType.vector(dimension), 50);
      for (int i = 0; i < 50; i++) {
        builder.appendVector(vector(random, dimension, shift, spread));
      }
      Column vectors = builder.build();
      ColumnStatistics statistics = summary(vectors, false).statistics();
      VectorStatistics known = Objects.requireNonNull(statistics.vectors());
      float[] query =
          random.nextInt(4) == 0
              ? vectors.getFloats(random.nextInt(50))
              : vector(random, dimension, -shift / 2, scale);
      double bound = VectorBound.of(known, metric, query);
      useful += Double.isInfinite(bound) ? 0 : 1;
      double[] distances = new double[50];
      ColumnBuilder wanted = new ColumnBuilder(SqlType.vector(dimension), 1);
      wanted.appendVector(query);
      DistanceKernels.get(Encoding.FLOAT32)
          .distances(
              metric,
              wanted.build().getVector(0),
              RowBlock.packed(vectors.data(), dimension, Encoding.FLOAT32),
              50,
              distances);
      for (double distance : distances) {
        assertThat(Double.isNaN(distance) || distance >= bound)
            .as("run %d: %s below %s", run, distance, bound)
            .isTrue();
      }
    }
    assertThat(useful).isGreaterThan(50);
  }

  private static float[] vector(Random random, int dimension, float shift, float spread) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = shift + spread * (float) random.nextGaussian();
    }
    return vector;
  }

  private static Column column(SqlType type, @Nullable Object... values) {
    ColumnBuilder builder = new ColumnBuilder(type, values.length);
    for (Object value : values) {
      builder.append(value);
    }
    return builder.build();
  }

  private static void write(FileSystem files, Column column, boolean filtered) {
    ColumnId id = new ColumnId(1);
    SegmentWriter.write(
        files,
        ID,
        List.of(Columns.rowIds(column.length()), new SegmentColumn(id, "c", true, column)),
        filtered ? Set.of(id) : Set.of());
  }

  private static TablePart part(Column column, boolean filtered) {
    FileSystem files = new MemoryFileSystem();
    write(files, column, filtered);
    return new TablePart(SegmentReader.open(files, ID), DeletedRows.NONE, 0, ID);
  }

  /** What a reader says of a column that was written. */
  private static ColumnSummary summary(Column column, boolean filtered) {
    return Objects.requireNonNull(part(column, filtered).summary(new ColumnId(1)));
  }
}
