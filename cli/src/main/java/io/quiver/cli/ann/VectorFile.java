package io.quiver.cli.ann;

import io.quiver.formats.BatchSource;
import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.Formats;
import io.quiver.formats.RowErrors;
import io.quiver.formats.WantedColumns;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.types.VectorElements;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads files as COPY does: vectors into rows in native memory, and integers. */
final class VectorFile {
  private static final List<String> ENDINGS = List.of(".fvecs", ".bvecs", ".f16.npy", ".npy");

  private static final WantedColumns WHATEVER = new WantedColumns(List.of(), false);

  private static final WantedColumns INTEGERS =
      new WantedColumns(List.of(new Field("ids", new SqlType.Array(SqlType.INTEGER), true)), false);

  private VectorFile() {}

  /**
   * Reads the vectors of a name, such as {@code base}, whose ending tells the format.
   *
   * @throws QuiverException 58P01 when there is none, 22003 for an element that the encoding does
   *     not hold, 22P04 for a damaged file
   */
  static VectorRows vectors(Path directory, String name, Metric metric, Encoding encoding) {
    for (String ending : ENDINGS) {
      Path file = directory.resolve(name + ending);
      if (Files.exists(file)) {
        return read(file, metric, encoding);
      }
    }
    throw new QuiverException(
        ErrorCode.UNDEFINED_FILE,
        directory + " has no " + name + String.join(", no " + name, ENDINGS));
  }

  private static VectorRows read(Path file, Metric metric, Encoding encoding) {
    // Twice, so that there is never more in memory than the rows themselves.
    int count = count(file);
    try (BatchSource source = open(file, WHATEVER)) {
      if (!(source.schema().fields().getFirst().type() instanceof SqlType.Vector type)
          || count == 0) {
        throw AnnOptions.wrong(file + " has no vectors");
      }
      long stride = NativeMemory.align(encoding.bytes(type.dimension()));
      MemorySegment memory = NativeMemory.allocate(stride * count);
      int row = 0;
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        Column vectors = batch.column(0);
        for (int i = 0; i < batch.rowCount(); i++, row++) {
          encode(source, vectors, i, encoding, memory, row * stride);
        }
      }
      RowBlock block = new RowBlock(memory, 0, stride, type.dimension(), encoding);
      return new VectorRows(metric, block, count);
    }
  }

  private static void encode(
      BatchSource source, Column vectors, int row, Encoding encoding, MemorySegment to, long at) {
    try {
      VectorElements.encode(vectors.getFloats(row), element(encoding), to, at);
    } catch (QuiverException e) {
      throw new QuiverException(e.code(), source.where(row) + ": " + e.getMessage(), e);
    }
  }

  private static SqlType.Element element(Encoding encoding) {
    return switch (encoding) {
      case FLOAT32 -> SqlType.Element.FLOAT32;
      case FLOAT16 -> SqlType.Element.FLOAT16;
      case BFLOAT16 -> SqlType.Element.BFLOAT16;
      case INT8 -> SqlType.Element.INT8;
      case BINARY -> SqlType.Element.BINARY;
    };
  }

  private static int count(Path file) {
    long count = 0;
    try (BatchSource source = open(file, WHATEVER)) {
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        count += batch.rowCount();
      }
    }
    if (count > Integer.MAX_VALUE) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          file + " has " + count + " rows, an index takes 2^31-1");
    }
    return (int) count;
  }

  /** All rows of an ivecs file; empty when it is not there. */
  static Optional<int[][]> integers(Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<int[]> rows = new ArrayList<>();
    try (BatchSource source = open(file, INTEGERS)) {
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        Column lists = batch.column(0);
        for (int i = 0; i < batch.rowCount(); i++) {
          int from = lists.elementsFrom(i);
          int[] row = new int[lists.elementsTo(i) - from];
          for (int k = 0; k < row.length; k++) {
            row[k] = lists.elements().getInt(from + k);
          }
          rows.add(row);
        }
      }
    }
    return Optional.of(rows.toArray(int[][]::new));
  }

  /** A column of a Parquet file as text, a null as the text {@code null}. */
  static List<String> column(Path file, String name) {
    WantedColumns wanted = new WantedColumns(List.of(new Field(name, SqlType.TEXT, true)), true);
    List<String> values = new ArrayList<>();
    try (BatchSource source = open(file, wanted)) {
      if (source.schema().fields().isEmpty()) {
        throw AnnOptions.wrong(file + " has no column " + name);
      }
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        for (int i = 0; i < batch.rowCount(); i++) {
          values.add(String.valueOf(batch.column(0).get(i)));
        }
      }
    }
    return values;
  }

  private static BatchSource open(Path file, WantedColumns wanted) {
    return Formats.open(
        file, Format.of(file.toString()), FormatOptions.defaults(), wanted, RowErrors.STOP);
  }
}
