package io.quiver.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A damaged file is an error that says so: no other exception, no endless loop, no huge buffer. */
class DamageTest {
  private static final FormatOptions OPTIONS = FormatOptions.defaults();

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void aFileCutOffAnywhereIsAnErrorOrHasFewerRows(Format format) throws IOException {
    Path file = sample(format);
    byte[] whole = Files.readAllBytes(file);
    int rows = Rows.read(file, format, OPTIONS, wanted(), RowErrors.STOP).size();
    int step = Math.max(1, whole.length / 60);
    for (int length = 0; length < whole.length; length += step) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      int left = read(file, format);
      assertThat(left).as("cut at byte " + length).isLessThanOrEqualTo(rows);
    }
  }

  /** All but Parquet, where Hardwood may wait for a minute before it gives up: see below. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PARQUET")
  void changedBytesAreAnErrorOrOtherValues(Format format) throws IOException {
    Path file = sample(format);
    byte[] whole = Files.readAllBytes(file);
    for (long seed = 1; seed <= 100; seed++) {
      Random random = new Random(seed);
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Files.write(file, damaged);
      try {
        read(file, format);
      } catch (RuntimeException | Error e) {
        fail("seed " + seed + " of " + format, e);
      }
    }
  }

  /** Where Hardwood waits for a page that will not come, whoever cancels need not. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  @Timeout(120)
  void changedBytesOfParquetAreAnErrorInTime(long first) throws IOException {
    Path file = sample(Format.PARQUET);
    byte[] whole = Files.readAllBytes(file);
    for (long seed = first * 1_000; seed < first * 1_000 + 10; seed++) {
      Random random = new Random(seed);
      byte[] damaged = whole.clone();
      for (int i = random.nextInt(1, 4); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Files.write(file, damaged);
      long start = System.nanoTime();
      try (BatchSource source =
          Formats.open(file, Format.PARQUET, OPTIONS, wanted(), RowErrors.STOP)) {
        source.endWhen(() -> System.nanoTime() - start > 1_000_000_000L);
        while (source.next() != null) {}
      } catch (QuiverException e) {
        assertThat(e.sqlState()).as("seed " + seed).isIn("22P04", "0A000", "57014", "42703");
      } catch (RuntimeException | Error e) {
        fail("seed " + seed, e);
      }
      assertThat(System.nanoTime() - start).as("seed " + seed).isLessThan(10_000_000_000L);
    }
  }

  /** Rows until the end or the error, which is a user's and no other. */
  private static int read(Path file, Format format) {
    int[] skipped = {0};
    try {
      return Rows.read(file, format, OPTIONS, wanted(), problem -> skipped[0]++).size();
    } catch (QuiverException e) {
      assertThat(e.getMessage()).contains(String.valueOf(file.getFileName()));
      return 0;
    }
  }

  private static WantedColumns wanted() {
    return Rows.wanted(
        new Field("id", SqlType.TEXT, true),
        new Field("name", SqlType.TEXT, true),
        new Field("emb", SqlType.TEXT, true),
        new Field("tags", SqlType.TEXT, true));
  }

  private Path sample(Format format) {
    boolean text = format == Format.CSV;
    boolean single =
        switch (format) {
          case FVECS, IVECS, BVECS, NPY -> true;
          case CSV, JSON, ARROW, PARQUET -> false;
        };
    List<Field> fields = new ArrayList<>();
    if (!single) {
      fields.add(new Field("id", text ? SqlType.TEXT : SqlType.INTEGER, true));
      fields.add(new Field("name", SqlType.TEXT, true));
      fields.add(new Field("tags", text ? SqlType.TEXT : new SqlType.Array(SqlType.TEXT), true));
    }
    fields.add(new Field("emb", text ? SqlType.TEXT : SqlType.vector(4), true));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      List<@Nullable Object> row = new ArrayList<>();
      if (!single) {
        row.add(text ? (Object) ("" + i) : (Object) i);
        row.add(i % 5 == 0 ? null : "name \" of, " + i);
        row.add(text ? "[]" : List.of("a", "b" + i));
      }
      row.add(text ? "[1,2,3,4]" : new float[] {i, 1, 2, 3});
      rows.add(row);
    }
    Path file = directory.resolve("sample." + format.name().toLowerCase(java.util.Locale.ROOT));
    Rows.write(file, format, OPTIONS, new Schema(fields), rows, 20);
    return file;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 65_536, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void aDimensionThatNoVectorHasIsRefusedBeforeMemoryIsTaken(int dimension) throws IOException {
    Path file = directory.resolve("huge.fvecs");
    Files.write(file, littleEndian(dimension, 0, 0));

    assertThatThrownBy(() -> Rows.read(file, Format.FVECS, OPTIONS))
        .hasMessageContaining("huge.fvecs")
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("22P04");
  }

  @Test
  void aDimensionThatDiffersFromTheFirstIsRefused() throws IOException {
    Path file = directory.resolve("mixed.fvecs");
    Files.write(file, littleEndian(1, 7, 2, 8));

    assertThatThrownBy(() -> Rows.read(file, Format.FVECS, OPTIONS))
        .hasMessageContaining("row 2 says that it has 2 dimensions, those before have 1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(9223372036854775807, 3)",
        "(4611686018427387904, 65535)",
        "(1000000000000, 3)",
        "(99999999999999999999, 3)",
        "(3, 70000)",
        "(3, 0)",
        "(1, 2, 3)",
        "()"
      })
  void aShapeThatTheFileDoesNotHaveIsRefusedBeforeMemoryIsTaken(String shape) throws IOException {
    Path file = directory.resolve("huge.npy");
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n";
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    bytes.putShort((short) text.length).put(text);
    Files.write(file, bytes.array());

    assertThatThrownBy(() -> Rows.read(file, Format.NPY, OPTIONS))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("huge.npy");
  }

  private static byte[] littleEndian(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }
}
