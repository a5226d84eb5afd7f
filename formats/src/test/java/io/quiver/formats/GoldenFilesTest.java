package io.quiver.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.QuiverException;
import java.math.BigDecimal;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that pyarrow, polars and NumPy have written. */
class GoldenFilesTest {
  private static final int ROWS = 20;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pyarrow-lz4.feather",
        "pyarrow-zstd.feather",
        "polars.arrow",
        "pyarrow-snappy.parquet",
        "pyarrow-zstd.parquet"
      })
  void tablesOfOthersAreRead(String name) throws URISyntaxException {
    List<List<@Nullable Object>> rows =
        Rows.read(path(name), Format.of(name), FormatOptions.defaults());
    boolean half = !name.startsWith("polars");

    List<List<@Nullable Object>> expected = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      boolean absent = i % 7 == 3;
      List<@Nullable Object> row = new ArrayList<>();
      row.add((long) i);
      row.add(absent ? null : new BigDecimal("18446744073709551615").subtract(decimal(i)));
      row.add(absent ? null : i % 2 == 1 ? "한국어 long enough for a view-" + i : "s" + i);
      row.add(absent ? null : LocalDateTime.of(2020, 1, 1, 1, 2, 3, 456_789_000).plusSeconds(i));
      row.add(absent ? null : BigDecimal.valueOf(i, 2));
      row.add(absent ? null : tags(i));
      if (half) {
        row.add(i / 2f);
      }
      row.add(List.of(i * 1f, i + 0.25f, i + 0.5f, i + 0.75f));
      row.add(absent ? null : "k" + i % 3);
      expected.add(row);
    }
    assertThat(rows).isEqualTo(expected);
  }

  private static BigDecimal decimal(int value) {
    return BigDecimal.valueOf(value);
  }

  private static List<@Nullable Integer> tags(int row) {
    if (row % 5 == 0) {
      return Arrays.asList(null, 1);
    }
    List<@Nullable Integer> tags = new ArrayList<>();
    for (int i = 0; i < row % 4; i++) {
      tags.add(i);
    }
    return tags;
  }

  @Test
  void bigEndianDoublesBecomeVectorsOfFloats() throws URISyntaxException {
    assertThat(read("numpy-big-endian.npy").get(2))
        .isEqualTo(List.of(List.of(2f, 2.25f, 2.5f, 2.75f)));
  }

  @Test
  void anArrayOfOneDimensionIsANumberARow() throws URISyntaxException {
    assertThat(read("numpy-i8.npy"))
        .isEqualTo(List.of(List.of(-2L), List.of(-1L), List.of(0L), List.of(1L), List.of(2L)));
  }

  @Test
  void fortranOrderIsRefused() {
    assertThatThrownBy(() -> read("numpy-fortran.npy"))
        .hasMessageContaining("Fortran order")
        .hasMessageContaining("ascontiguousarray")
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("0A000");
  }

  private static List<List<@Nullable Object>> read(String name) throws URISyntaxException {
    return Rows.read(path(name), Format.of(name), FormatOptions.defaults());
  }

  private static Path path(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(GoldenFilesTest.class.getResource(name), name).toURI());
  }
}
