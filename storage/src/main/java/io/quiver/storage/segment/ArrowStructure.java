package io.quiver.storage.segment;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Type;

/**
 * Whether an Arrow file's record batches hold what Arrow's specification wants for its schema:
 * nodes and buffers of every field, within the body and in order, lengths that fit, null counts
 * that are those of the bitmaps. {@link ArrowFile} has checked the checksums before.
 */
final class ArrowStructure {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int TRAILER_BYTES = 10;
  private static final int MESSAGE_PREFIX_BYTES = 8;

  private final StorageFile file;
  private final RecordBatch batch;
  private final long bodyStart;
  private final long bodyBytes;
  private int node;
  private int buffer;
  private long end;

  private ArrowStructure(StorageFile file, RecordBatch batch, long bodyStart, long bodyBytes) {
    this.file = file;
    this.batch = batch;
    this.bodyStart = bodyStart;
    this.bodyBytes = bodyBytes;
  }

  /**
   * Checks a file.
   *
   * @throws CorruptionException when something is wrong
   */
  static void check(FileSystem files, String path) {
    ArrowFile.open(files, path);
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      long size = file.size();
      int footerBytes = file.read(size - TRAILER_BYTES, 4).get(INT, 0);
      Footer footer =
          Footer.getRootAsFooter(bytes(file, size - TRAILER_BYTES - footerBytes, footerBytes));
      for (int i = 0; i < footer.recordBatchesLength(); i++) {
        Block block = footer.recordBatches(i);
        long at = block.offset() + MESSAGE_PREFIX_BYTES;
        Message message =
            Message.getRootAsMessage(
                bytes(file, at, block.metaDataLength() - MESSAGE_PREFIX_BYTES));
        RecordBatch batch = (RecordBatch) message.header(new RecordBatch());
        if (batch == null) {
          throw new CorruptionException(file.name(), block.offset(), "no record batch is here");
        }
        long body = block.offset() + block.metaDataLength();
        new ArrowStructure(file, batch, body, block.bodyLength()).fields(footer);
      }
    }
  }

  private static ByteBuffer bytes(StorageFile file, long at, long length) {
    return ByteBuffer.wrap(file.read(at, length).toArray(ValueLayout.JAVA_BYTE));
  }

  private void fields(Footer footer) {
    for (int i = 0; i < footer.schema().fieldsLength(); i++) {
      field(footer.schema().fields(i), batch.length());
    }
    if (node != batch.nodesLength() || buffer != batch.buffersLength()) {
      throw damaged(bodyStart, "the record batch has more nodes or buffers than the schema");
    }
  }

  private void field(Field field, long length) {
    if (node >= batch.nodesLength()) {
      throw damaged(bodyStart, "no node of column " + field.name());
    }
    FieldNode counts = batch.nodes(node++);
    if (counts.length() != length) {
      throw damaged(
          bodyStart, "column " + field.name() + " has " + counts.length() + " rows of " + length);
    }
    validity(field, length, counts.nullCount());
    switch (field.typeType()) {
      case Type.Utf8, Type.Binary -> next(field, offsets(field, length));
      case Type.List -> field(field.children(0), offsets(field, length));
      case Type.FixedSizeList -> {
        FixedSizeList list = (FixedSizeList) field.type(new FixedSizeList());
        if (list == null) {
          throw damaged(bodyStart, "column " + field.name() + " has a list without its size");
        }
        field(field.children(0), length * list.listSize());
      }
      default -> next(field, SegmentFormat.bitmapBytes(length));
    }
  }

  private void validity(Field field, long length, long nulls) {
    Buffer bits = next(field, 0);
    long at = bodyStart + bits.offset();
    long found = 0;
    if (bits.length() > 0) {
      if (bits.length() < SegmentFormat.bitmapBytes(length)) {
        throw damaged(at, bits.length() + " bytes of validity for " + length + " rows");
      }
      MemorySegment bitmap = file.read(at, bits.length());
      for (long row = 0; row < length; row++) {
        int octet = bitmap.get(ValueLayout.JAVA_BYTE, row >> 3);
        found += (octet >> (row & 7) & 1) == 0 ? 1 : 0;
      }
    }
    if (found != nulls) {
      throw damaged(at, "column " + field.name() + " has " + found + " nulls, not " + nulls);
    }
  }

  /** Gives the last offset: how many bytes or elements follow. */
  private int offsets(Field field, long length) {
    Buffer offsets = next(field, 4 * (length + 1));
    long at = bodyStart + offsets.offset();
    MemorySegment all = file.read(at, 4 * (length + 1));
    int last = 0;
    for (long row = 0; row <= length; row++) {
      int next = all.getAtIndex(INT, row);
      if (next < last || (row == 0 && next != 0)) {
        throw damaged(at + 4 * row, "offset " + next + " of column " + field.name());
      }
      last = next;
    }
    return last;
  }

  private Buffer next(Field field, long bytesMin) {
    if (buffer >= batch.buffersLength()) {
      throw damaged(bodyStart, "no buffer of column " + field.name());
    }
    Buffer next = batch.buffers(buffer++);
    boolean fits = next.offset() >= end && next.offset() + next.length() <= bodyBytes;
    if (!fits || next.length() < bytesMin || next.length() < 0) {
      throw damaged(
          bodyStart + next.offset(),
          "a buffer of "
              + next.length()
              + " bytes of column "
              + field.name()
              + ", wanted at least "
              + bytesMin
              + " between "
              + end
              + " and "
              + bodyBytes);
    }
    end = next.offset() + next.length();
    return next;
  }

  private CorruptionException damaged(long offset, String what) {
    return new CorruptionException(file.name(), offset, what);
  }
}
