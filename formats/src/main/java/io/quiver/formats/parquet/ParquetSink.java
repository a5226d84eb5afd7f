package io.quiver.formats.parquet;

import io.quiver.formats.BatchSink;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A Parquet file, uncompressed and in plain encoding: the letters PAR1, row groups, the metadata,
 * its length, PAR1. Each batch is a page of each column; {@link ParquetField} says how types are
 * written.
 */
public final class ParquetSink implements BatchSink {
  /** A row group is written once it has so many bytes. */
  private static final long GROUP_BYTES = 64L << 20;

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int PLAIN = 0;
  private static final int RLE = 3;

  private final OutputFile file;
  private final List<ParquetField> fields;
  private final List<List<ParquetPage>> pages = new ArrayList<>();
  private final List<Group> groups = new ArrayList<>();
  private long groupBytes;
  private long groupRows;
  private long rows;

  /** A row group in the file. */
  private record Group(List<Chunk> chunks, long bytes, long rows) {}

  /** A column of a row group in the file. */
  private record Chunk(long offset, long bytes, long values) {}

  /** A sink for columns of any types. */
  public ParquetSink(OutputFile file, Schema schema) {
    this.file = file;
    this.fields = schema.fields().stream().map(ParquetField::of).toList();
    fields.forEach(field -> pages.add(new ArrayList<>()));
    file.write(MAGIC);
  }

  @Override
  public void write(Batch batch) {
    for (int i = 0; i < fields.size(); i++) {
      ParquetPage page = ParquetPage.of(fields.get(i), batch.column(i), batch.rowCount());
      pages.get(i).add(page);
      groupBytes += page.content().length;
    }
    groupRows += batch.rowCount();
    rows += batch.rowCount();
    if (groupBytes >= GROUP_BYTES) {
      writeGroup();
    }
  }

  private void writeGroup() {
    List<Chunk> chunks = new ArrayList<>();
    for (List<ParquetPage> column : pages) {
      long offset = file.position();
      long values = 0;
      for (ParquetPage page : column) {
        file.write(page.content());
        values += page.values();
      }
      chunks.add(new Chunk(offset, file.position() - offset, values));
      column.clear();
    }
    groups.add(new Group(chunks, groupBytes, groupRows));
    groupBytes = 0;
    groupRows = 0;
  }

  @Override
  public void finish() {
    if (groupRows > 0) {
      writeGroup();
    }
    byte[] metadata = metadata();
    file.write(metadata);
    byte[] length = new byte[4];
    for (int i = 0; i < 4; i++) {
      length[i] = (byte) (metadata.length >> (8 * i));
    }
    file.write(length);
    file.write(MAGIC);
    file.finish();
  }

  private byte[] metadata() {
    ThriftWriter out = new ThriftWriter();
    int elements = 1 + fields.stream().mapToInt(ParquetField::schemaElements).sum();
    out.element().i32(1, 2).list(2, ThriftWriter.STRUCT, elements);
    out.element().string(4, "schema").i32(5, fields.size()).end();
    fields.forEach(field -> field.writeSchema(out));
    out.i64(3, rows).list(4, ThriftWriter.STRUCT, groups.size());
    groups.forEach(group -> write(out, group));
    out.string(6, "quiver").end();
    return out.bytes();
  }

  private void write(ThriftWriter out, Group group) {
    out.element().list(1, ThriftWriter.STRUCT, fields.size());
    for (int i = 0; i < fields.size(); i++) {
      Chunk chunk = group.chunks().get(i);
      ParquetField field = fields.get(i);
      String[] path = field.path();
      out.element().i64(2, chunk.offset()).struct(3).i32(1, field.physical().number());
      out.list(2, ThriftWriter.I32, 2).number(PLAIN).number(RLE);
      out.list(3, ThriftWriter.BINARY, path.length);
      for (String part : path) {
        out.text(part);
      }
      out.i32(4, 0).i64(5, chunk.values()).i64(6, chunk.bytes()).i64(7, chunk.bytes());
      out.i64(9, chunk.offset()).end().end();
    }
    out.i64(2, group.bytes()).i64(3, group.rows()).end();
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
