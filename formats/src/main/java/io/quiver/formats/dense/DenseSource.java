package io.quiver.formats.dense;

import io.quiver.formats.BatchSource;
import io.quiver.formats.InputFile;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of the same number of bytes, which lie in the file one after the other: one column. */
abstract sealed class DenseSource implements BatchSource permits VecsSource, NpySource {
  /** What is read at a time, about. */
  private static final long CHUNK_BYTES = 16L << 20;

  final InputFile file;
  private final Schema schema;
  private final long start;
  private final long rows;
  private final long rowBytes;
  private final MemorySegment raw;
  private long nextRow;
  private long batchRow;

  DenseSource(InputFile file, SqlType type, long start, long rows, long rowBytes) {
    this.file = file;
    this.schema = Schema.of(new Field("vector", type, false));
    this.start = start;
    this.rows = rows;
    this.rowBytes = rowBytes;
    this.raw = DenseType.memory(rowsAtOnce() * rowBytes);
  }

  /** Rows that are read at a time, at most. */
  final int rowsAtOnce() {
    long fitting = Math.max(1, CHUNK_BYTES / Math.max(1, rowBytes));
    return (int) Math.min(rows, Math.min(Batch.ROWS, fitting));
  }

  /** The column of rows as they lie in the file. */
  abstract Column column(MemorySegment raw, int count);

  /** Rows before those of the batch that is being read. */
  final String whereOf(long rowOfBatch) {
    return file.name() + " row " + (batchRow + rowOfBatch + 1);
  }

  @Override
  public final Schema schema() {
    return schema;
  }

  @Override
  public final boolean hasNames() {
    return false;
  }

  @Override
  public final @Nullable Batch next() {
    if (nextRow == rows) {
      return null;
    }
    int count = (int) Math.min(rowsAtOnce(), rows - nextRow);
    MemorySegment bytes = raw.asSlice(0, count * rowBytes);
    file.read(start + nextRow * rowBytes, bytes);
    batchRow = nextRow;
    nextRow += count;
    return new Batch(List.of(column(bytes, count)), count);
  }

  @Override
  public final String where(int row) {
    return whereOf(row);
  }

  @Override
  public final long bytesRead() {
    return nextRow == rows ? file.size() : start + nextRow * rowBytes;
  }

  @Override
  public final long bytesTotal() {
    return file.size();
  }

  @Override
  public final void close() {
    file.close();
  }
}
