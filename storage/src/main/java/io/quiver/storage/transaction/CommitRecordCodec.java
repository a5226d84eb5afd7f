package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableCodec;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A commit as one record of the log, little-endian: version of this format (byte, 1); commit
 * version (long); then, each after their count (int), created tables ({@link TableCodec}), dropped
 * tables (long), deletes (table as long, count as int, row ids as longs), rows, identities (table
 * and next value as longs).
 *
 * <p>Rows are the table (long), their count (int), and the table's columns in its order: whether
 * there is a validity bitmap (byte) and the bitmap, then the data as {@link Column} lays it out;
 * before the data of a type of variable length stand its end offsets (an int a row), counted from
 * its first byte. Of an ARRAY the end offsets count its elements, which follow as a column.
 */
public final class CommitRecordCodec {
  private static final int FORMAT = 1;
  private static final long VERSION_AT = 1;
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private CommitRecordCodec() {}

  /** A commit and the version it got. */
  public record Versioned(CommitVersion version, CommitRecord record) {}

  /** All of the record but its version, which {@link #stamp} adds. */
  static MemorySegment encode(CommitRecord record) {
    long expected = 256;
    for (CommitRecord.Rows rows : record.rows()) {
      expected += rows.batch().sizeInBytes() + 64L + 8L * rows.batch().width();
    }
    for (CommitRecord.Deletes deletes : record.deletes()) {
      expected += 16 + 8L * deletes.rowIds().length;
    }
    ByteWriter out = new ByteWriter(expected);
    out.putByte(FORMAT).putLong(0);
    out.putInt(record.created().size());
    record.created().forEach(table -> TableCodec.write(table, out));
    out.putInt(record.dropped().size());
    record.dropped().forEach(table -> out.putLong(table.value()));
    out.putInt(record.deletes().size());
    record.deletes().forEach(d -> out.putLong(d.table().value()).putLongs(d.rowIds()));
    out.putInt(record.rows().size());
    record.rows().forEach(rows -> writeRows(rows, out));
    out.putInt(record.identities().size());
    record.identities().forEach(i -> out.putLong(i.table().value()).putLong(i.next()));
    return out.bytes();
  }

  static void stamp(MemorySegment encoded, CommitVersion version) {
    encoded.set(LONG, VERSION_AT, version.value());
  }

  /**
   * Reads a record.
   *
   * @param name what to call it when it is damaged
   * @param tables the definitions of tables that were there before
   */
  public static Versioned decode(
      String name, MemorySegment bytes, Function<TableId, @Nullable TableDefinition> tables) {
    ByteReader in = new ByteReader(name, bytes);
    int format = in.getByte();
    if (format != FORMAT) {
      throw in.damaged("a record of format " + format + ", expected " + FORMAT);
    }
    CommitVersion version = new CommitVersion(in.getLong());
    Map<TableId, TableDefinition> created = new HashMap<>();
    List<TableDefinition> createdTables = list(in, 8, TableCodec::read);
    createdTables.forEach(table -> created.put(table.id(), table));
    List<TableId> dropped = list(in, 8, i -> new TableId(i.getLong()));
    List<CommitRecord.Deletes> deletes =
        list(in, 12, i -> new CommitRecord.Deletes(new TableId(i.getLong()), i.getLongs()));
    List<CommitRecord.Rows> rows =
        list(
            in,
            12,
            i -> {
              TableId id = new TableId(i.getLong());
              TableDefinition own = created.get(id);
              TableDefinition table = own != null ? own : tables.apply(id);
              if (table == null) {
                throw i.damaged("rows of table number " + id.value() + ", which does not exist");
              }
              return readRows(table, i);
            });
    List<CommitRecord.IdentityNext> identities =
        list(in, 16, i -> new CommitRecord.IdentityNext(new TableId(i.getLong()), i.getLong()));
    in.expectEnd();
    return new Versioned(
        version, new CommitRecord(createdTables, dropped, deletes, rows, identities));
  }

  private static <T> List<T> list(ByteReader in, int bytesEach, Function<ByteReader, T> read) {
    int count = in.getCount(bytesEach);
    List<T> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(read.apply(in));
    }
    return items;
  }

  private static void writeRows(CommitRecord.Rows rows, ByteWriter out) {
    int count = rows.batch().rowCount();
    out.putLong(rows.table().value()).putInt(count);
    rows.batch().columns().forEach(column -> writeColumn(column, count, out));
  }

  private static void writeColumn(Column column, int count, ByteWriter out) {
    MemorySegment validity = column.validity();
    out.putByte(validity == null ? 0 : 1);
    if (validity != null) {
      out.putBytes(validity, 0, (count + 7L) >> 3);
    }
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      out.putBytes(column.data(), 0, column.type().layout().fixedBytes(count));
      return;
    }
    int first = offsets.getAtIndex(INT, 0);
    int last = offsets.getAtIndex(INT, (long) count);
    for (int i = 1; i <= count; i++) {
      out.putInt(offsets.getAtIndex(INT, (long) i) - first);
    }
    if (column.type() instanceof SqlType.Array) {
      writeColumn(column.elementsBetween(first, last), last - first, out);
    } else {
      out.putBytes(column.data(), first, (long) last - first);
    }
  }

  private static CommitRecord.Rows readRows(TableDefinition table, ByteReader in) {
    int count = in.getInt();
    if (count < 1) {
      throw in.damaged(count + " rows");
    }
    List<Column> columns = new ArrayList<>();
    for (ColumnDefinition column : table.columns()) {
      columns.add(readColumn(column.type(), count, in));
    }
    return new CommitRecord.Rows(table.id(), new Batch(columns, count));
  }

  private static Column readColumn(SqlType type, int count, ByteReader in) {
    MemorySegment validity = in.getByte() == 0 ? null : in.getBytes((count + 7L) >> 3);
    if (type.layout().hasOffsets()) {
      return readVariable(type, count, validity, in);
    }
    MemorySegment data = in.getBytes(type.layout().fixedBytes(count));
    return Column.of(type, count, validity, data, null);
  }

  private static Column readVariable(
      SqlType type, int count, @Nullable MemorySegment validity, ByteReader in) {
    MemorySegment ends = in.getBytes(4L * count);
    MemorySegment offsets = Arena.ofAuto().allocate(4L * (count + 1L), 64);
    int last = 0;
    for (int i = 0; i < count; i++) {
      int end = ends.getAtIndex(INT, (long) i);
      if (end < last) {
        throw in.damaged("a row that ends at " + end + ", before " + last);
      }
      offsets.setAtIndex(INT, i + 1L, end);
      last = end;
    }
    return type instanceof SqlType.Array array
        ? Column.ofLists(array, count, validity, offsets, readColumn(array.element(), last, in))
        : Column.of(type, count, validity, in.getBytes(last), offsets);
  }
}
