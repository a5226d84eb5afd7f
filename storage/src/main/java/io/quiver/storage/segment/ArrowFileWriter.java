package io.quiver.storage.segment;

import com.google.flatbuffers.FlatBufferBuilder;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.Column;
import io.quiver.types.Layout;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/** Writes columns as one Arrow file; {@link SegmentFormat} gives its bytes. */
final class ArrowFileWriter {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int CONTINUATION = 0xFFFFFFFF;
  private static final long PART_BYTES = 1L << 18;
  private static final int FILE_PREFIX_BYTES = 8;
  private static final int MESSAGE_PREFIX_BYTES = 8;

  /** Columns of so many bytes in all are kept between measuring and writing them. */
  private static final long KEPT_BYTES_MAX = 32L << 20;

  private final List<DeferredColumn> columns;
  private final int rows;
  private final Map<String, String> metadata;
  private final LongConsumer progress;
  private final List<Node> nodes = new ArrayList<>();

  /** The lengths of all buffers, which the file gives before the first of them. */
  private final List<Long> lengths = new ArrayList<>();

  /** The buffers by column, or null for those that are made again when they are written. */
  private final List<@Nullable List<Bytes>> kept = new ArrayList<>();

  /** Those of the column that is measured or written. */
  private List<Bytes> buffers = new ArrayList<>();

  private long columnBytes;

  /**
   * Measures columns.
   *
   * @param columns all of so many rows
   * @param metadata of the schema
   * @param progress told how many bytes have been written since it was told last
   */
  ArrowFileWriter(
      List<DeferredColumn> columns, int rows, Map<String, String> metadata, LongConsumer progress) {
    this.columns = columns;
    this.rows = rows;
    this.metadata = metadata;
    this.progress = progress;
    long keptBytes = 0;
    for (DeferredColumn column : columns) {
      List<Bytes> made = buffers(column);
      long bytes = made.stream().mapToLong(Bytes::byteSize).sum();
      made.forEach(buffer -> lengths.add(buffer.byteSize()));
      boolean keeps = columns.size() == 1 || keptBytes + bytes <= KEPT_BYTES_MAX;
      keptBytes += keeps ? bytes : 0;
      kept.add(keeps ? made : null);
    }
  }

  /** A buffer of the body, in pieces that follow each other. */
  private record Bytes(List<MemorySegment> pieces) {
    long byteSize() {
      return pieces.stream().mapToLong(MemorySegment::byteSize).sum();
    }
  }

  /** Entries and nulls of a field, or of its children. */
  private record Node(long length, long nulls) {}

  /** Where the record batch is, for the footer. */
  private record Batch(long offset, int metadataBytes, long bodyBytes) {}

  /** Makes a column, and gives what is to be written of it. */
  private List<Bytes> buffers(DeferredColumn column) {
    SegmentColumn made = column.column().get();
    if (made.length() != rows) {
      throw new IllegalStateException(
          "column " + column.name() + " has " + made.length() + " rows, not " + rows);
    }
    buffers = new ArrayList<>();
    int measured = nodes.size();
    addBuffers(made);
    if (kept.size() == columns.size()) {
      // Measured before.
      nodes.subList(measured, nodes.size()).clear();
    } else {
      columnBytes += made.pieces().stream().mapToLong(Column::sizeInBytes).sum();
    }
    return buffers;
  }

  private void addBuffers(SegmentColumn column) {
    if (column.pieces().size() == 1) {
      addBuffers(column.column(), rows);
      return;
    }
    nodes.add(new Node(rows, 0));
    add(MemorySegment.NULL);
    addElements(column.column().type(), rows);
    Layout layout = column.column().type().layout();
    buffers.add(
        new Bytes(
            column.pieces().stream()
                .map(piece -> piece.data().asSlice(0, layout.fixedBytes(piece.length())))
                .toList()));
  }

  private void add(MemorySegment buffer) {
    buffers.add(new Bytes(List.of(buffer)));
  }

  /** The elements of a vector column as its children: what Arrow says of them but their bytes. */
  private void addElements(SqlType type, int count) {
    if (type instanceof SqlType.Vector vector && vector.element() != SqlType.Element.BINARY) {
      nodes.add(new Node((long) count * vector.dimension(), 0));
      add(MemorySegment.NULL);
    }
  }

  private void addBuffers(Column column, int count) {
    MemorySegment validity = column.validity();
    MemorySegment bits = validity == null ? MemorySegment.NULL : bitmap(validity, count);
    long nulls = validity == null ? 0 : count - ones(bits);
    nodes.add(new Node(count, nulls));
    add(nulls == 0 ? MemorySegment.NULL : bits);
    addElements(column.type(), count);
    switch (column.type().layout()) {
      case Layout.Bits booleans -> add(bitmap(column.data(), count));
      case Layout.Fixed fixed -> add(column.data().asSlice(0, fixed.fixedBytes(count)));
      case Layout.Variable variable -> {
        MemorySegment offsets = offsets(column);
        int first = offsets.getAtIndex(INT, 0);
        int end = offsets.getAtIndex(INT, count);
        addOffsets(offsets, count);
        add(column.data().asSlice(first, (long) end - first));
      }
      case Layout.Lists lists -> {
        MemorySegment offsets = offsets(column);
        int first = offsets.getAtIndex(INT, 0);
        int end = offsets.getAtIndex(INT, count);
        addOffsets(offsets, count);
        addBuffers(column.elementsBetween(first, end), end - first);
      }
    }
  }

  private static MemorySegment offsets(Column column) {
    MemorySegment offsets = column.offsets();
    if (offsets == null) {
      throw new IllegalStateException(column.type() + " without offsets");
    }
    return offsets;
  }

  /** A slice of a column shares its text with others: what is written starts at zero. */
  private void addOffsets(MemorySegment offsets, int count) {
    int first = offsets.getAtIndex(INT, 0);
    if (first == 0) {
      add(offsets.asSlice(0, 4L * (count + 1L)));
      return;
    }
    MemorySegment moved = Arena.ofAuto().allocate(4L * (count + 1L), 8);
    for (long i = 0; i <= count; i++) {
      moved.setAtIndex(INT, i, offsets.getAtIndex(INT, i) - first);
    }
    add(moved);
  }

  /** A copy whose bits behind the last row are zero, as Arrow wants them. */
  private static MemorySegment bitmap(MemorySegment source, int rows) {
    long bytes = SegmentFormat.bitmapBytes(rows);
    MemorySegment copy = Arena.ofAuto().allocate(Math.max(bytes, 1), 8).asSlice(0, bytes);
    MemorySegment.copy(source, 0, copy, 0, bytes);
    if ((rows & 7) != 0) {
      int mask = (1 << (rows & 7)) - 1;
      byte last = copy.get(ValueLayout.JAVA_BYTE, bytes - 1);
      copy.set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) (last & mask));
    }
    return copy;
  }

  private static long ones(MemorySegment bits) {
    long count = 0;
    for (long i = 0; i < bits.byteSize(); i++) {
      count += Integer.bitCount(bits.get(ValueLayout.JAVA_BYTE, i) & 0xFF);
    }
    return count;
  }

  /** Writes an empty file, without forcing it; returns the bytes of the columns in memory. */
  long writeTo(StorageFile file) {
    MemorySegment schema = schemaMessage();
    long batchOffset = FILE_PREFIX_BYTES + schema.byteSize();
    MemorySegment batch = batchMessage(batchOffset);
    long bodyOffset = batchOffset + batch.byteSize();

    MemorySegment head = Arena.ofAuto().allocate(bodyOffset, 8);
    MemorySegment.copy(MemorySegment.ofArray(SegmentFormat.MAGIC), 0, head, 0, 6);
    MemorySegment.copy(schema, 0, head, FILE_PREFIX_BYTES, schema.byteSize());
    MemorySegment.copy(batch, 0, head, batchOffset, batch.byteSize());
    List<String> checksums = new ArrayList<>();
    checksums.add(SegmentFormat.digits(Checksum.of(head)));
    file.write(0, head);

    long at = bodyOffset;
    int written = 0;
    for (int i = 0; i < columns.size(); i++) {
      List<Bytes> made = kept.get(i);
      for (Bytes buffer : made == null ? buffers(columns.get(i)) : made) {
        if (buffer.byteSize() != lengths.get(written)) {
          throw new IllegalStateException(columns.get(i).name() + " was made again and differs");
        }
        written++;
        MemorySegment behind =
            written == lengths.size() ? endOfStream(buffer.byteSize()) : padding(buffer.byteSize());
        Checksum checksum = new Checksum();
        for (MemorySegment piece : buffer.pieces()) {
          write(file, at, piece, checksum);
          at += piece.byteSize();
        }
        checksums.add(SegmentFormat.digits(checksum.add(behind).value()));
        file.write(at, behind);
        at += behind.byteSize();
      }
    }
    if (lengths.isEmpty()) {
      MemorySegment end = endOfStream(0);
      checksums.add(SegmentFormat.digits(Checksum.of(end)));
      file.write(at, end);
      at += end.byteSize();
    }
    Batch placed =
        new Batch(batchOffset, (int) batch.byteSize(), at - MESSAGE_PREFIX_BYTES - bodyOffset);
    file.write(at, footer(placed, String.join(",", checksums)));
    return columnBytes;
  }

  /** Checks and writes a part at a time, so that it is still in the processor's cache. */
  private void write(StorageFile file, long at, MemorySegment bytes, Checksum checksum) {
    for (long done = 0; done < bytes.byteSize(); done += PART_BYTES) {
      MemorySegment part = bytes.asSlice(done, Math.min(PART_BYTES, bytes.byteSize() - done));
      checksum.add(part);
      file.write(at + done, part);
      progress.accept(part.byteSize());
    }
  }

  private static MemorySegment padding(long length) {
    long bytes = SegmentFormat.aligned(length, SegmentFormat.ALIGNMENT);
    return MemorySegment.ofArray(new byte[(int) (bytes - length)]);
  }

  private static MemorySegment endOfStream(long length) {
    long padding = padding(length).byteSize();
    MemorySegment end = MemorySegment.ofArray(new byte[(int) padding + MESSAGE_PREFIX_BYTES]);
    end.set(INT, padding, CONTINUATION);
    return end;
  }

  private MemorySegment schemaMessage() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int schema = addSchema(builder);
    Message.finishMessageBuffer(
        builder,
        Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, schema, 0, 0));
    return message(builder, 8, FILE_PREFIX_BYTES);
  }

  private int addSchema(FlatBufferBuilder builder) {
    int[] fields = columns.stream().mapToInt(c -> ArrowField.add(builder, c)).toArray();
    int fieldVector = Schema.createFieldsVector(builder, fields);
    int[] pairs =
        metadata.entrySet().stream()
            .mapToInt(e -> ArrowField.addPair(builder, e.getKey(), e.getValue()))
            .toArray();
    int pairVector = Schema.createCustomMetadataVector(builder, pairs);
    return Schema.createSchema(builder, Endianness.Little, fieldVector, pairVector, 0);
  }

  private MemorySegment batchMessage(long offset) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    List<Long> offsets = new ArrayList<>();
    long bodyBytes = 0;
    for (long length : lengths) {
      offsets.add(bodyBytes);
      bodyBytes += SegmentFormat.aligned(length, SegmentFormat.ALIGNMENT);
    }
    RecordBatch.startBuffersVector(builder, lengths.size());
    for (int i = lengths.size() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, offsets.get(i), lengths.get(i));
    }
    int bufferVector = builder.endVector();
    RecordBatch.startNodesVector(builder, nodes.size());
    for (Node node : nodes.reversed()) {
      FieldNode.createFieldNode(builder, node.length(), node.nulls());
    }
    int nodeVector = builder.endVector();
    int batch = RecordBatch.createRecordBatch(builder, rows, nodeVector, bufferVector, 0, 0);
    Message.finishMessageBuffer(
        builder,
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.RecordBatch, batch, bodyBytes, 0));
    return message(builder, SegmentFormat.ALIGNMENT, offset);
  }

  /** Prefix, message, and zeros so that what follows in the file is aligned. */
  private static MemorySegment message(FlatBufferBuilder builder, int alignment, long offset) {
    byte[] content = builder.sizedByteArray();
    long end = SegmentFormat.aligned(offset + MESSAGE_PREFIX_BYTES + content.length, alignment);
    MemorySegment message = MemorySegment.ofArray(new byte[(int) (end - offset)]);
    message.set(INT, 0, CONTINUATION);
    message.set(INT, 4, (int) message.byteSize() - MESSAGE_PREFIX_BYTES);
    MemorySegment.copy(
        MemorySegment.ofArray(content), 0, message, MESSAGE_PREFIX_BYTES, content.length);
    return message;
  }

  private MemorySegment footer(Batch batch, String checksums) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int schema = addSchema(builder);
    int[] pairs = {
      ArrowField.addPair(builder, SegmentFormat.BLOCK_CHECKSUMS, checksums),
      ArrowField.addPair(builder, SegmentFormat.FOOTER_CHECKSUM, SegmentFormat.NO_CHECKSUM)
    };
    int pairVector = Footer.createCustomMetadataVector(builder, pairs);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, 1);
    Block.createBlock(builder, batch.offset(), batch.metadataBytes(), batch.bodyBytes());
    int batches = builder.endVector();
    Footer.finishFooterBuffer(
        builder,
        Footer.createFooter(
            builder, MetadataVersion.V5, schema, dictionaries, batches, pairVector));
    byte[] content = builder.sizedByteArray();
    byte[] tail = new byte[content.length + 4 + SegmentFormat.MAGIC.length];
    System.arraycopy(content, 0, tail, 0, content.length);
    MemorySegment.ofArray(tail).set(INT, content.length, content.length);
    System.arraycopy(SegmentFormat.MAGIC, 0, tail, content.length + 4, SegmentFormat.MAGIC.length);

    String own = SegmentFormat.digits(Checksum.of(MemorySegment.ofArray(tail)));
    int digits = checksumPosition(tail, content.length);
    byte[] ascii = own.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, tail, digits, ascii.length);
    return MemorySegment.ofArray(tail);
  }

  /** Where the digits of the footer's own checksum stand, or -1 where there are none. */
  static int checksumPosition(byte[] tail, int footerBytes) {
    Footer footer = Footer.getRootAsFooter(ByteBuffer.wrap(tail, 0, footerBytes).slice());
    for (int i = 0; i < footer.customMetadataLength(); i++) {
      KeyValue pair = footer.customMetadata(i);
      if (SegmentFormat.FOOTER_CHECKSUM.equals(pair.key())
          && pair.value().length() == SegmentFormat.NO_CHECKSUM.length()) {
        return pair.valueAsByteBuffer().position();
      }
    }
    return -1;
  }
}
