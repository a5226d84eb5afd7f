package io.quiver.storage.segment;

import io.quiver.storage.cache.FileRange;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.Layout;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * One of a segment's files. Opening reads and checks all but the buffers; each of them is read and
 * checked when its column is. {@link SegmentFormat} gives the bytes.
 *
 * @param bytes the length of the file
 * @param blocks where the body's blocks begin, and where the last one ends
 * @param checksums of the blocks of the body
 */
record ArrowFile(
    FileSystem files,
    String path,
    long bytes,
    int rows,
    Map<String, String> metadata,
    List<ArrowField> fields,
    List<Extent> buffers,
    List<Long> blocks,
    List<String> checksums) {

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int MAGIC_BYTES = SegmentFormat.MAGIC.length;
  private static final int TRAILER_BYTES = 4 + MAGIC_BYTES;
  private static final int MESSAGE_PREFIX_BYTES = 8;
  private static final int PIECE_BYTES = 4 << 20;

  /** Bytes of the file. */
  record Extent(long offset, long length) {}

  /**
   * Opens a file.
   *
   * @throws CorruptionException when it is missing or damaged
   */
  static ArrowFile open(FileSystem files, String path) {
    if (!files.exists(path)) {
      throw new CorruptionException(files.describe(path), 0, "the file is missing");
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return open(files, path, file);
    }
  }

  private static ArrowFile open(FileSystem files, String path, StorageFile file) {
    long size = file.size();
    byte[] tail = checkedTail(file, size);
    long footerStart = size - tail.length;
    try {
      Footer footer =
          Footer.getRootAsFooter(ByteBuffer.wrap(tail, 0, tail.length - TRAILER_BYTES).slice());
      Map<String, String> metadata = metadata(footer.schema());
      checkVersion(file.name(), metadata);
      List<String> checksums =
          List.of(metadata(footer).getOrDefault(SegmentFormat.BLOCK_CHECKSUMS, "").split(",", -1));
      Block batchBlock = footer.recordBatches(0);
      long bodyStart = batchBlock.offset() + batchBlock.metaDataLength();
      RecordBatch batch = batch(checkedHead(file, bodyStart, checksums.getFirst()), batchBlock);
      List<Extent> buffers = new ArrayList<>();
      List<Long> blocks = new ArrayList<>();
      for (int i = 0; i < batch.buffersLength(); i++) {
        Buffer buffer = batch.buffers(i);
        buffers.add(new Extent(bodyStart + buffer.offset(), buffer.length()));
        blocks.add(bodyStart + buffer.offset());
      }
      if (blocks.isEmpty()) {
        blocks.add(bodyStart);
      }
      blocks.add(footerStart);
      return new ArrowFile(
          files,
          path,
          size,
          Math.toIntExact(batch.length()),
          metadata,
          fields(file.name(), footer.schema()),
          buffers,
          blocks,
          checksums.subList(1, checksums.size()));
    } catch (QuiverException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CorruptionException(
          file.name(),
          footerStart,
          "the footer makes no sense although its checksum is right: " + e);
    }
  }

  /** The footer, its length and the closing letters. */
  private static byte[] checkedTail(StorageFile file, long size) {
    if (size < 2L * TRAILER_BYTES) {
      throw new CorruptionException(file.name(), size, "too short for an Arrow file");
    }
    MemorySegment trailer = file.read(size - TRAILER_BYTES, TRAILER_BYTES);
    int footerBytes = trailer.get(INT, 0);
    boolean closed = trailer.asSlice(4).mismatch(MemorySegment.ofArray(SegmentFormat.MAGIC)) < 0;
    if (!closed || footerBytes <= 0 || footerBytes > size - TRAILER_BYTES) {
      throw new CorruptionException(
          file.name(), size - TRAILER_BYTES, "it does not end as an Arrow file");
    }
    long start = size - TRAILER_BYTES - footerBytes;
    byte[] tail = file.read(start, size - start).toArray(ValueLayout.JAVA_BYTE);
    int digits;
    try {
      digits = ArrowFileWriter.checksumPosition(tail, footerBytes);
    } catch (RuntimeException e) {
      throw new CorruptionException(file.name(), start, "the footer cannot be read: " + e);
    }
    if (digits < 0) {
      throw new CorruptionException(file.name(), start, "the footer has no checksum");
    }
    byte[] none = SegmentFormat.NO_CHECKSUM.getBytes(StandardCharsets.US_ASCII);
    byte[] unmarked = tail.clone();
    System.arraycopy(none, 0, unmarked, digits, none.length);
    String stored = new String(tail, digits, none.length, StandardCharsets.ISO_8859_1);
    check(file.name(), start, stored, MemorySegment.ofArray(unmarked));
    return tail;
  }

  /** Everything before the body. */
  private static byte[] checkedHead(StorageFile file, long bodyStart, String stored) {
    MemorySegment head = file.read(0, bodyStart);
    check(file.name(), 0, stored, head);
    return head.toArray(ValueLayout.JAVA_BYTE);
  }

  /** Compares the digits: of a number, another spelling would be as good. */
  private static void check(String file, long offset, String stored, MemorySegment block) {
    check(file, offset, stored, SegmentFormat.digits(Checksum.of(block)));
  }

  private static void check(String file, long offset, String stored, String computed) {
    if (!stored.equals(computed)) {
      throw new CorruptionException(
          file, offset, "checksum " + stored + " stored, " + computed + " computed");
    }
  }

  private static RecordBatch batch(byte[] head, Block block) {
    int at = Math.toIntExact(block.offset()) + MESSAGE_PREFIX_BYTES;
    byte[] content = Arrays.copyOfRange(head, at, head.length);
    Message message = Message.getRootAsMessage(ByteBuffer.wrap(content));
    if (message.header(new RecordBatch()) instanceof RecordBatch batch) {
      return batch;
    }
    throw new IllegalStateException("no record batch");
  }

  private static Map<String, String> metadata(Schema schema) {
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i < schema.customMetadataLength(); i++) {
      KeyValue pair = schema.customMetadata(i);
      pairs.put(pair.key(), pair.value());
    }
    return pairs;
  }

  private static Map<String, String> metadata(Footer footer) {
    Map<String, String> pairs = new HashMap<>();
    for (int i = 0; i < footer.customMetadataLength(); i++) {
      KeyValue pair = footer.customMetadata(i);
      pairs.put(pair.key(), pair.value());
    }
    return pairs;
  }

  private static void checkVersion(String file, Map<String, String> metadata) {
    String version = metadata.getOrDefault(SegmentFormat.FORMAT, "none");
    if (!version.startsWith(SegmentFormat.MAJOR + ".")) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          file + " has segment format " + version + ", this Quiver reads " + SegmentFormat.MAJOR);
    }
  }

  private static List<ArrowField> fields(String file, Schema schema) {
    List<ArrowField> fields = new ArrayList<>();
    for (int i = 0; i < schema.fieldsLength(); i++) {
      ArrowField field = ArrowField.read(schema.fields(i));
      if (field == null) {
        throw new CorruptionException(
            file, 0, "column " + schema.fields(i).name() + " has a type that Quiver does not know");
      }
      fields.add(field);
    }
    return fields;
  }

  /** Reads a column and checks it; its memory lives as long as the column. */
  Column column(int index) {
    return column(index, files);
  }

  /** Reads a column through another view of the same files, and checks it. */
  Column column(int index, FileSystem through) {
    SqlType type = fields.get(index).type();
    try (StorageFile file = through.open(path, FileSystem.Mode.READ)) {
      return column(file, type, rows, firstBuffer(index));
    }
  }

  /** Where a column's blocks are. */
  FileRange place(int index) {
    int first = firstBuffer(index);
    long from = blocks.get(first);
    long end = blocks.get(first + bufferCount(fields.get(index).type()));
    return new FileRange(path, from, end - from);
  }

  private int firstBuffer(int index) {
    int first = 0;
    for (int i = 0; i < index; i++) {
      first += bufferCount(fields.get(i).type());
    }
    return first;
  }

  /**
   * Reads a column in pieces of some megabytes, of a multiple of 8 rows but for the last; text and
   * lists come in one piece. A piece is good until the next one.
   *
   * @throws CorruptionException when it is damaged, perhaps after the piece was handed over
   */
  void forEachBlock(int index, Consumer<Column> block) {
    SqlType type = fields.get(index).type();
    if (!(type.layout() instanceof Layout.Fixed(int width))) {
      block.accept(column(index));
      return;
    }
    int first = firstBuffer(index);
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      MemorySegment validity = null;
      if (buffers.get(first).length() == 0) {
        readBlock(file, first);
      } else {
        validity = buffer(file, first);
      }
      int data = first + bufferCount(type) - 1;
      if (data > first + 1) {
        readBlock(file, first + 1);
      }
      int most = Math.max(8, Math.min(rows, PIECE_BYTES / width) & ~7);
      MemorySegment piece = Arena.ofAuto().allocate(Math.max(8, (long) most * width), 64);
      Checksum checksum = new Checksum();
      long from = blocks.get(data);
      for (int row = 0; row < rows; row += most) {
        int count = Math.min(most, rows - row);
        MemorySegment part = piece.asSlice(0, (long) count * width);
        file.read(from + (long) row * width, part);
        checksum.add(part);
        MemorySegment bits = validity == null ? null : validity.asSlice(row >> 3);
        block.accept(Column.of(type, count, bits, part, null));
      }
      long read = (long) rows * width;
      checksum.add(file.read(from + read, blocks.get(data + 1) - from - read));
      check(file.name(), from, checksums.get(data), SegmentFormat.digits(checksum.value()));
    }
  }

  private Column column(StorageFile file, SqlType type, int count, int first) {
    MemorySegment validity = null;
    if (buffers.get(first).length() == 0) {
      readBlock(file, first);
    } else {
      validity = buffer(file, first);
    }
    return switch (type.layout()) {
      case Layout.Bits bits -> Column.of(type, count, validity, buffer(file, first + 1), null);
      case Layout.Variable variable ->
          Column.of(type, count, validity, buffer(file, first + 2), buffer(file, first + 1));
      case Layout.Fixed fixed -> {
        int data = first + bufferCount(type) - 1;
        if (data > first + 1) {
          // An absent buffer still has a block: of nothing, or of the padding before the footer.
          readBlock(file, first + 1);
        }
        yield Column.of(type, count, validity, buffer(file, data), null);
      }
      case Layout.Lists lists -> {
        MemorySegment offsets = buffer(file, first + 1);
        int elements = offsets.getAtIndex(INT, count);
        yield Column.ofLists(
            (SqlType.Array) type,
            count,
            validity,
            offsets,
            column(file, lists.element(), elements, first + 2));
      }
    };
  }

  private static int bufferCount(SqlType type) {
    return switch (type) {
      case SqlType.Vector vector -> vector.element() == SqlType.Element.BINARY ? 2 : 3;
      case SqlType.Array array -> 2 + bufferCount(array.element());
      case SqlType.Varchar varchar -> 3;
      case SqlType.Varbinary varbinary -> 3;
      case SqlType.Decimal decimal -> 2;
      case SqlType.Simple simple -> simple == SqlType.Simple.JSON ? 3 : 2;
    };
  }

  /** A buffer, read-only, with the block that it is part of checked. */
  private MemorySegment buffer(StorageFile file, int index) {
    MemorySegment block = readBlock(file, index);
    return block.asSlice(0, buffers.get(index).length()).asReadOnly();
  }

  private MemorySegment readBlock(StorageFile file, int index) {
    long from = blocks.get(index);
    MemorySegment block = file.read(from, blocks.get(index + 1) - from);
    check(file.name(), from, checksums.get(index), block);
    return block;
  }
}
