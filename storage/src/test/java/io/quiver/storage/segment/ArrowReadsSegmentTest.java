package io.quiver.storage.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.file.LocalFileSystem;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arrow's own reader opens a segment's files as they are, and finds equal values. */
final class ArrowReadsSegmentTest {
  private static final UUID ID = new UUID(5, 6);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 9, 3_000})
  void equalValuesComeBack(int rows) throws IOException {
    List<SegmentColumn> columns = Columns.all(rows, 11);
    SegmentWriter.write(new LocalFileSystem(directory), ID, columns);
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

  private void compare(String file, List<SegmentColumn> columns) throws IOException {
    Path path = directory.resolve("segments").resolve(ID.toString()).resolve(file);
    try (RootAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        ArrowFileReader reader = new ArrowFileReader(channel, allocator)) {
      assertThat(reader.getRecordBlocks()).hasSize(1);
      assertThat(reader.loadNextBatch()).isTrue();
      VectorSchemaRoot root = reader.getVectorSchemaRoot();
      root.getFieldVectors().forEach(FieldVector::validate);
      assertThat(root.getSchema().getCustomMetadata())
          .containsEntry("quiver.format", "1.0")
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

  private static @Nullable Object value(FieldVector vector, int row) {
    Object value = vector.getObject(row);
    return value instanceof Text text ? text.toString() : value;
  }

  /** Arrow gives days as a number and vectors as lists. */
  private static @Nullable Object expected(Column column, int row) {
    Object value = column.get(row);
    return switch (value) {
      case LocalDate date -> (int) date.toEpochDay();
      case float[] floats -> Columns.list(floats);
      case null -> null;
      default -> value;
    };
  }
}
