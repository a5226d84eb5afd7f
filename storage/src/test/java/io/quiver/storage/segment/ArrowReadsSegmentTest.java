package io.quiver.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrow's own reader opens a segment's files as they are, and finds equal values. */
final class ArrowReadsSegmentTest {
  private static final UUID ID = new UUID(5, 6);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 3_000})
  void equalValuesComeBack(int rows) throws IOException {
    List<SegmentColumn> columns = Columns.all(rows, 11);
    SegmentWriter.write(new LocalFileSystem(directory), ID, columns, Set.of());
    List<SegmentColumn> scalars = new ArrayList<>();
    for (SegmentColumn column : columns) {
      if (column.column().type() instanceof SqlType.Vector) {
        compare(column.id().value() + ".arrow", List.of(column));
      } else {
        scalars.add(column);
      }
    }
    compare("data.arrow", scalars);
  }

  @Test
  void aSegmentInPiecesWithoutRowIdsComesBack() throws IOException {
    SegmentColumn whole =
        Columns.all(3_000, 12).stream()
            .filter(column -> column.column().type() instanceof SqlType.Vector)
            .filter(column -> SegmentColumn.joins(column.column()))
            .findFirst()
            .orElseThrow();
    List<Column> pieces =
        List.of(whole.column().slice(0, 1_000), whole.column().slice(1_000, 2_000));
    SegmentColumn column = new SegmentColumn(whole.id(), whole.name(), false, pieces);
    FileSystem files = new LocalFileSystem(directory);
    try (UnforcedSegment segment =
        SegmentWriter.writeUnforced(files, ID, List.of(column), Set.of())) {
      segment.force();
    }
    compare(whole.id().value() + ".arrow", List.of(whole));
    compare("data.arrow", List.of());
    assertThat(
            SegmentReader.open(files, ID)
                .column(whole.id())
                .data()
                .mismatch(
                    whole
                        .column()
                        .data()
                        .asSlice(0, whole.column().type().layout().fixedBytes(3_000))))
        .isEqualTo(-1);
  }

  private void compare(String file, List<SegmentColumn> columns) throws IOException {
    Path path = directory.resolve("segments").resolve(ID.toString()).resolve(file);
    try (RootAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      assertThat(reader.getRecordBlocks()).hasSize(1);
      assertThat(reader.loadNextBatch()).isTrue();
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      root.getFieldVectors().stream()
          .filter(ArrowReadsSegmentTest::isKnownToArrowsValidation)
          .forEach(FieldVector::validate);
      assertThat(root.getSchema().getCustomMetadata())
          .containsEntry("quiver.format", "3.0")
          .containsEntry("quiver.segment", ID.toString());
      assertThat(root.getFieldVectors()).hasSize(columns.size());
      for (int i = 0; i < columns.size(); i++) {
        compare(root.getVector(i), columns.get(i));
      }
    }
  }

  private static void compare(FieldVector found, SegmentColumn written) {
    Field field = found.getField();
    assertThat(field.getName()).isEqualTo(written.name());
    assertThat(field.isNullable()).isEqualTo(written.nullable());
    assertThat(field.getMetadata())
        .containsEntry("quiver.column", String.valueOf(written.id().value()))
        .containsEntry("quiver.type", written.column().type().sqlName());
    Column column = written.column();
    assertThat(found.getValueCount()).isEqualTo(column.length());
    for (int row = 0; row < column.length(); row++) {
      assertThat(value(found, row)).as("%s, row %d", field, row).isEqualTo(expected(column, row));
    }
  }

  /** Arrow's validation throws for any vector of halves. */
  private static boolean isKnownToArrowsValidation(FieldVector vector) {
    return !(vector instanceof FixedSizeListVector list
        && list.getDataVector() instanceof Float2Vector);
  }

  private static @Nullable Object value(FieldVector vector, int row) {
    return value(vector.getObject(row));
  }

  private static @Nullable Object value(@Nullable Object value) {
    return switch (value) {
      case Text text -> text.toString();
      case byte[] bytes -> HexFormat.of().formatHex(bytes);
      case List<?> list -> {
        List<@Nullable Object> values = new ArrayList<>();
        list.forEach(element -> values.add(value(element)));
        yield values;
      }
      case null, default -> value;
    };
  }

  /** Arrow gives times as numbers, vectors as lists, and of halves their bits. */
  private static @Nullable Object expected(Column column, int row) {
    Object value = column.get(row);
    return switch (value) {
      case LocalDate date -> (int) date.toEpochDay();
      case LocalTime time -> time.toNanoOfDay() / 1_000;
      case Instant instant -> column.getLong(row);
      case UUID uuid -> uuid.toString().replace("-", "");
      case float[] floats -> elements(column, row, floats);
      case byte[] bytes ->
          column.type() instanceof SqlType.Vector(int _, SqlType.Element element)
                  && element == SqlType.Element.INT8
              ? list(bytes)
              : HexFormat.of().formatHex(bytes);
      case null, default -> value;
    };
  }

  private static List<Byte> list(byte[] bytes) {
    List<Byte> list = new ArrayList<>();
    for (byte element : bytes) {
      list.add(element);
    }
    return list;
  }

  private static List<?> elements(Column column, int row, float[] floats) {
    SqlType.Element element = ((SqlType.Vector) column.type()).element();
    if (element == SqlType.Element.FLOAT32) {
      return Columns.list(floats);
    }
    List<Object> bits = new ArrayList<>();
    for (short half : column.getVector(row).toArray(HALF)) {
      bits.add(element == SqlType.Element.FLOAT16 ? (Object) half : (Object) (char) half);
    }
    return bits;
  }
}
