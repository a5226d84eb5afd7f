package io.quiver.formats.dense;

import io.quiver.formats.BatchSink;
import io.quiver.formats.Format;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/** Writes what {@link VecsSource} reads, out of one column of vectors or of ARRAYs of numbers. */
public final class VecsSink implements BatchSink {
  private static final int DIMENSION_BYTES = 4;

  private final OutputFile file;
  private final DenseRows rows;

  /**
   * A sink for one column.
   *
   * @throws QuiverException 0A000 for another number of columns, 42804 for another type
   */
  public VecsSink(OutputFile file, Format format, Schema schema) {
    String name = format.name().toLowerCase(Locale.ROOT);
    SqlType type = DenseRows.onlyColumn(schema, name);
    if (!(type instanceof SqlType.Vector) && !(type instanceof SqlType.Array)) {
      throw new QuiverException(
          ErrorCode.DATATYPE_MISMATCH, name + " holds vectors, found " + type.sqlName());
    }
    this.file = file;
    this.rows =
        new DenseRows(
            switch (format) {
              case FVECS -> DenseType.F4;
              case IVECS -> DenseType.I4;
              case BVECS -> DenseType.U1;
              default -> throw new IllegalArgumentException(format + " is no vecs format");
            });
  }

  @Override
  public void write(Batch batch) {
    MemorySegment packed = rows.pack(batch, DIMENSION_BYTES);
    long stride = packed.byteSize() / batch.rowCount();
    for (int row = 0; row < batch.rowCount(); row++) {
      packed.set(DenseType.INT, row * stride, rows.length());
    }
    file.write(packed);
  }

  @Override
  public void finish() {
    file.finish();
  }

  @Override
  public long bytesWritten() {
    return file.position();
  }

  @Override
  public void close() {
    file.close();
  }
}
