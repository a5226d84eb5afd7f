package io.quiver.storage.transaction;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.CatalogCodec;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.codec.ColumnCodec;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A commit as one record of the log, little-endian: version of this format (byte, 3); commit
 * version (long); then, each after their count (int), changes of the catalog ({@link
 * CatalogCodec}), deletes (table as long, count as int, row ids as longs), segments, rows,
 * identities (table and next value as longs).
 *
 * <p>A segment is its table (long), its id (16 bytes, the higher half first), rows (int), bytes
 * (long), and deleted rows ({@link DeletedRows#write}). Its rows get consecutive ids.
 *
 * <p>Rows are the table (long), their count (int), and the columns of the table in its order
 * ({@link ColumnCodec}).
 */
public final class CommitRecordCodec {
  private static final int FORMAT = 3;
  private static final long VERSION_AT = 1;

  /** What a large record expects beside the rows that it shares. */
  private static final long BUFFER_BYTES_MAX = 1L << 20;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private CommitRecordCodec() {}

  /** A commit and the version it got. */
  public record Versioned(CommitVersion version, CommitRecord record) {}

  /** All of the record but its version, which {@link #stamp} adds; rows in bulk are not copied. */
  static List<MemorySegment> encode(CommitRecord record) {
    long expected = 256;
    for (CommitRecord.Rows rows : record.rows()) {
      expected += rows.batch().sizeInBytes() + 64L + 8L * rows.batch().width();
    }
    for (CommitRecord.Deletes deletes : record.deletes()) {
      expected += 16 + 8L * deletes.rowIds().length;
    }
    ByteWriter out = new ByteWriter(Math.min(expected, BUFFER_BYTES_MAX));
    out.putByte(FORMAT).putLong(0);
    CatalogCodec.writeList(record.catalog(), out, CatalogCodec::write);
    out.putInt(record.deletes().size());
    record.deletes().forEach(d -> out.putLong(d.table().value()).putLongs(d.rowIds()));
    out.putInt(record.segments().size());
    record.segments().forEach(segment -> writeSegment(segment, out));
    out.putInt(record.rows().size());
    record.rows().forEach(rows -> writeRows(rows, out));
    out.putInt(record.identities().size());
    record.identities().forEach(i -> out.putLong(i.table().value()).putLong(i.next()));
    return out.pieces();
  }

  static void stamp(List<MemorySegment> encoded, CommitVersion version) {
    encoded.getFirst().set(LONG, VERSION_AT, version.value());
  }

  /**
   * Reads a record.
   *
   * @param tables the definitions of tables that were there before
   * @param opener of the segments that the record names
   */
  public static Versioned decode(
      ByteReader in,
      Function<TableId, @Nullable TableDefinition> tables,
      Function<UUID, SegmentReader> opener) {
    int format = in.getByte();
    if (format != FORMAT) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          in.name() + " has a commit of format " + format + ", this Quiver reads " + FORMAT);
    }
    CommitVersion version = new CommitVersion(in.getLong());
    List<CatalogChange> changes = CatalogCodec.readList(in, 5, CatalogCodec::readChange);
    CommitRecord definitions =
        new CommitRecord(
            changes, List.of(), List.of(), List.of(), List.of(), CommitRecord.Expected.NOTHING);
    List<CommitRecord.Deletes> deletes =
        CatalogCodec.readList(
            in, 12, i -> new CommitRecord.Deletes(new TableId(i.getLong()), i.getLongs()));
    List<CommitRecord.Segment> segments =
        CatalogCodec.readList(in, 40, i -> readSegment(i, opener));
    List<CommitRecord.Rows> rows =
        CatalogCodec.readList(
            in,
            12,
            i -> {
              TableId id = new TableId(i.getLong());
              TableDefinition own = definitions.definition(id);
              TableDefinition table = own != null ? own : tables.apply(id);
              if (table == null) {
                throw i.damaged("rows of table number " + id.value() + ", which does not exist");
              }
              return readRows(table, i);
            });
    List<CommitRecord.IdentityNext> identities =
        CatalogCodec.readList(
            in, 16, i -> new CommitRecord.IdentityNext(new TableId(i.getLong()), i.getLong()));
    in.expectEnd();
    return new Versioned(
        version,
        new CommitRecord(
            changes, deletes, segments, rows, identities, CommitRecord.Expected.NOTHING));
  }

  private static void writeSegment(CommitRecord.Segment segment, ByteWriter out) {
    out.putLong(segment.table().value());
    out.putLong(segment.id().getMostSignificantBits());
    out.putLong(segment.id().getLeastSignificantBits());
    out.putInt(segment.rowCount()).putLong(segment.sizeInBytes());
    segment.deleted().write(out);
  }

  private static CommitRecord.Segment readSegment(
      ByteReader in, Function<UUID, SegmentReader> opener) {
    TableId table = new TableId(in.getLong());
    UUID id = new UUID(in.getLong(), in.getLong());
    int rowCount = in.getInt();
    long sizeInBytes = in.getLong();
    DeletedRows deleted = DeletedRows.read(in, rowCount);
    SegmentReader segment = opener.apply(id);
    if (segment.rowCount() != rowCount || segment.has(ColumnId.ROW_ID)) {
      throw in.damaged(
          "segment %s of %d rows without ids, it has %d rows and %s ids"
              .formatted(
                  id, rowCount, segment.rowCount(), segment.has(ColumnId.ROW_ID) ? "" : "no"));
    }
    return new CommitRecord.Segment(table, id, rowCount, sizeInBytes, deleted, segment);
  }

  private static void writeRows(CommitRecord.Rows rows, ByteWriter out) {
    int count = rows.batch().rowCount();
    out.putLong(rows.table().value()).putInt(count);
    rows.batch().columns().forEach(column -> ColumnCodec.write(column, count, out));
  }

  private static CommitRecord.Rows readRows(TableDefinition table, ByteReader in) {
    int count = in.getInt();
    if (count < 1) {
      throw in.damaged(count + " rows");
    }
    List<Column> columns = new ArrayList<>();
    for (ColumnDefinition column : table.columns()) {
      columns.add(ColumnCodec.read(column.type(), count, in));
    }
    return new CommitRecord.Rows(table.id(), new Batch(columns, count));
  }
}
