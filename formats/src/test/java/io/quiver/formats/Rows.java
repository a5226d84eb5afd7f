package io.quiver.formats;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes and reads whole files of Java values. */
final class Rows {
  private Rows() {}

  static Batch batch(Schema schema, List<? extends List<? extends @Nullable Object>> rows) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < schema.size(); i++) {
      ColumnBuilder builder = new ColumnBuilder(schema.type(i), rows.size());
      for (List<? extends @Nullable Object> row : rows) {
        builder.append(row.get(i));
      }
      columns.add(builder.build());
    }
    return new Batch(columns, rows.size());
  }

  /** Writes in batches of a given size. */
  static void write(
      Path file,
      Format format,
      FormatOptions options,
      Schema schema,
      List<? extends List<? extends @Nullable Object>> rows,
      int batchRows) {
    try (BatchSink sink = Formats.create(file, format, options, schema)) {
      for (int from = 0; from < rows.size(); from += batchRows) {
        sink.write(batch(schema, rows.subList(from, Math.min(from + batchRows, rows.size()))));
      }
      sink.finish();
    }
  }

  static List<List<@Nullable Object>> read(Path file, Format format, FormatOptions options) {
    return read(file, format, options, new WantedColumns(List.of(), false), RowErrors.STOP);
  }

  static List<List<@Nullable Object>> read(
      Path file, Format format, FormatOptions options, WantedColumns wanted, RowErrors errors) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (BatchSource source = Formats.open(file, format, options, wanted, errors)) {
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<@Nullable Object> values = new ArrayList<>();
          for (Column column : batch.columns()) {
            values.add(comparable(column.get(row)));
          }
          rows.add(values);
        }
      }
    }
    return rows;
  }

  /** Arrays as lists, which have an equality. */
  static @Nullable Object comparable(@Nullable Object value) {
    return switch (value) {
      case float[] floats -> {
        List<Float> list = new ArrayList<>();
        for (float element : floats) {
          list.add(element);
        }
        yield list;
      }
      case byte[] bytes -> {
        List<Byte> list = new ArrayList<>();
        for (byte element : bytes) {
          list.add(element);
        }
        yield list;
      }
      case null, default -> value;
    };
  }

  static List<List<@Nullable Object>> comparable(
      List<? extends List<? extends @Nullable Object>> rows) {
    List<List<@Nullable Object>> all = new ArrayList<>();
    for (List<? extends @Nullable Object> row : rows) {
      List<@Nullable Object> values = new ArrayList<>();
      row.forEach(value -> values.add(comparable(value)));
      all.add(values);
    }
    return all;
  }

  static WantedColumns wanted(Field... fields) {
    return new WantedColumns(Arrays.asList(fields), false);
  }
}
