package io.quiver.executor.operator;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that an operator keeps, in the order in which they came. Large batches are kept as they are,
 * small ones are packed together.
 *
 * <p>After {@link #seal} a row is named by its address: the chunk that holds it, shifted by {@link
 * #CHUNK_BITS}, and its row there.
 */
final class RowBuffer {
  static final int CHUNK_BITS = 11;
  static final int CHUNK_MASK = Batch.ROWS - 1;

  /** A batch of at least so many rows becomes a chunk without being copied. */
  private static final int ROWS_KEPT_AS_THEY_ARE = 512;

  private static final int CHUNKS_MAX = 1 << (31 - CHUNK_BITS);

  private final Schema schema;
  private final Reservation reservation;
  private final List<Batch> chunks = new ArrayList<>();
  private final List<ColumnBuilder> tail = new ArrayList<>();
  private int tailRows;
  private int rows;
  private long bytes;

  RowBuffer(Schema schema, Reservation reservation) {
    this.schema = schema;
    this.reservation = reservation;
  }

  int rowCount() {
    return rows;
  }

  int width() {
    return schema.size();
  }

  /** What is reserved for the rows. */
  long bytes() {
    return bytes;
  }

  List<Batch> chunks() {
    return chunks;
  }

  /** Keeps a batch of at most {@link Batch#ROWS} rows. */
  void add(Batch batch) {
    long size = batch.sizeInBytes();
    reservation.grow(size);
    bytes += size;
    if (batch.rowCount() >= ROWS_KEPT_AS_THEY_ARE) {
      seal();
      addChunk(batch);
    } else {
      pack(batch);
    }
    rows = Math.addExact(rows, batch.rowCount());
  }

  /** Makes the rows readable; more may follow. */
  void seal() {
    if (tailRows > 0) {
      List<Column> columns = new ArrayList<>(tail.size());
      for (ColumnBuilder builder : tail) {
        columns.add(builder.build());
      }
      addChunk(new Batch(columns, tailRows));
      tail.clear();
      tailRows = 0;
    }
  }

  /** Forgets all rows and gives their memory back. */
  void clear() {
    reservation.shrink(bytes);
    forget();
  }

  /** Forgets all rows once the reservation itself is closed. */
  void forget() {
    chunks.clear();
    tail.clear();
    tailRows = 0;
    rows = 0;
    bytes = 0;
  }

  /** The addresses of all rows in order; the caller has reserved 4 bytes a row. */
  int[] addresses() {
    int[] addresses = new int[rows];
    int at = 0;
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      int count = chunks.get(chunk).rowCount();
      for (int row = 0; row < count; row++) {
        addresses[at++] = chunk << CHUNK_BITS | row;
      }
    }
    return addresses;
  }

  /** A copy of the rows at some addresses; -1 gives a row of nulls. */
  Batch gather(int[] addresses, int from, int count) {
    List<Column> columns = new ArrayList<>(schema.size());
    for (int column = 0; column < schema.size(); column++) {
      columns.add(gatherColumn(column, addresses, from, count));
    }
    return new Batch(columns, count);
  }

  /** As {@link #gather}, one column of it. */
  Column gatherColumn(int column, int[] addresses, int from, int count) {
    Column[] parts = column(column);
    ColumnBuilder builder = new ColumnBuilder(columnType(column), count, Arena.ofAuto());
    for (int i = from; i < from + count; i++) {
      int address = addresses[i];
      if (address < 0) {
        builder.appendNull();
      } else {
        builder.appendFrom(parts[address >>> CHUNK_BITS], address & CHUNK_MASK);
      }
    }
    return builder.build();
  }

  /** One column, chunk by chunk. */
  Column[] column(int column) {
    Column[] parts = new Column[chunks.size()];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = chunks.get(i).column(column);
    }
    return parts;
  }

  /** The type that the rows really have: a schema may leave a vector's dimension open. */
  private SqlType columnType(int column) {
    return chunks.isEmpty() ? schema.type(column) : chunks.getFirst().column(column).type();
  }

  private void pack(Batch batch) {
    if (tailRows + batch.rowCount() > Batch.ROWS) {
      seal();
    }
    if (tail.isEmpty()) {
      for (Column column : batch.columns()) {
        tail.add(new ColumnBuilder(column.type(), batch.rowCount()));
      }
    }
    for (int i = 0; i < tail.size(); i++) {
      ColumnBuilder builder = tail.get(i);
      Column column = batch.column(i);
      for (int row = 0; row < batch.rowCount(); row++) {
        builder.appendFrom(column, row);
      }
    }
    tailRows += batch.rowCount();
  }

  private void addChunk(Batch batch) {
    if (chunks.size() == CHUNKS_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "an operator keeps at most " + CHUNKS_MAX + " batches of rows");
    }
    chunks.add(batch);
  }
}
