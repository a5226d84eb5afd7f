package io.quiver.formats.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.quiver.formats.BatchSink;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.Layout;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;

/**
 * Arrow's IPC file or stream, metadata version 5, little-endian and uncompressed; a record batch
 * for each batch, its buffers at multiples of 64 bytes.
 */
public final class ArrowSink implements BatchSink {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  private static final int CONTINUATION = 0xFFFFFFFF;
  private static final int MESSAGE_PREFIX_BYTES = 8;
  private static final int ALIGNMENT = 64;

  private final OutputFile file;
  private final Schema schema;
  private final boolean stream;
  private final List<Placed> batches = new ArrayList<>();

  /** Where a record batch is, for the footer. */
  private record Placed(long offset, int metadataBytes, long bodyBytes) {}

  /** Entries and nulls of a field, or of its children. */
  private record Node(long length, long nulls) {}

  /**
   * Writes the schema.
   *
   * @param stream leaves out what makes a file of a stream
   * @throws QuiverException 22023 for a vector of unknown dimension
   */
  public ArrowSink(OutputFile file, Schema schema, boolean stream) {
    this.file = file;
    this.schema = schema;
    this.stream = stream;
    if (!stream) {
      file.write(MAGIC);
      file.write(new byte[2]);
    }
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int offset = ArrowSchemaWriter.add(builder, schema);
    Message.finishMessageBuffer(
        builder,
        Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, offset, 0, 0));
    message(builder);
  }

  /** Prefix, message, and zeros so that what follows in the file is aligned. */
  private int message(FlatBufferBuilder builder) {
    byte[] content = builder.sizedByteArray();
    long end = file.position() + MESSAGE_PREFIX_BYTES + content.length;
    int padding = (int) (Math.ceilDiv(end, ALIGNMENT) * ALIGNMENT - end);
    MemorySegment prefix = MemorySegment.ofArray(new byte[MESSAGE_PREFIX_BYTES]);
    prefix.set(INT, 0, CONTINUATION);
    prefix.set(INT, 4, content.length + padding);
    file.write(prefix);
    file.write(content);
    file.write(new byte[padding]);
    return MESSAGE_PREFIX_BYTES + content.length + padding;
  }

  @Override
  public void write(Batch rows) {
    List<Node> nodes = new ArrayList<>();
    List<MemorySegment> buffers = new ArrayList<>();
    for (int i = 0; i < rows.width(); i++) {
      if (!rows.column(i).type().layout().equals(schema.type(i).layout())) {
        throw new QuiverException(
            ErrorCode.DATATYPE_MISMATCH,
            "column \""
                + schema.field(i).name()
                + "\" is "
                + schema.type(i).sqlName()
                + ", found "
                + rows.column(i).type().sqlName());
      }
      add(rows.column(i), rows.rowCount(), nodes, buffers);
    }
    long offset = file.position();
    long bodyBytes = 0;
    for (MemorySegment buffer : buffers) {
      bodyBytes += aligned(buffer.byteSize());
    }
    int metadataBytes = message(batchMessage(rows.rowCount(), nodes, buffers, bodyBytes));
    for (MemorySegment buffer : buffers) {
      file.write(buffer);
      file.align(ALIGNMENT);
    }
    batches.add(new Placed(offset, metadataBytes, bodyBytes));
  }

  private static long aligned(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }

  private static FlatBufferBuilder batchMessage(
      int rows, List<Node> nodes, List<MemorySegment> buffers, long bodyBytes) {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    List<Long> offsets = new ArrayList<>();
    long at = 0;
    for (MemorySegment buffer : buffers) {
      offsets.add(at);
      at += aligned(buffer.byteSize());
    }
    RecordBatch.startBuffersVector(builder, buffers.size());
    for (int i = buffers.size() - 1; i >= 0; i--) {
      Buffer.createBuffer(builder, offsets.get(i), buffers.get(i).byteSize());
    }
    int bufferVector = builder.endVector();
    RecordBatch.startNodesVector(builder, nodes.size());
    for (Node node : nodes.reversed()) {
      FieldNode.createFieldNode(builder, node.length(), node.nulls());
    }
    int nodeVector = builder.endVector();
    RecordBatch.startRecordBatch(builder);
    RecordBatch.addLength(builder, rows);
    RecordBatch.addNodes(builder, nodeVector);
    RecordBatch.addBuffers(builder, bufferVector);
    int batch = RecordBatch.endRecordBatch(builder);
    Message.finishMessageBuffer(
        builder,
        Message.createMessage(
            builder, MetadataVersion.V5, MessageHeader.RecordBatch, batch, bodyBytes, 0));
    return builder;
  }

  private static void add(Column column, int rows, List<Node> nodes, List<MemorySegment> buffers) {
    MemorySegment validity = column.validity();
    MemorySegment bits = validity == null ? MemorySegment.NULL : bitmap(validity, rows);
    long nulls = validity == null ? 0 : rows - ones(bits);
    nodes.add(new Node(rows, nulls));
    buffers.add(nulls == 0 ? MemorySegment.NULL : bits);
    switch (column.type().layout()) {
      case Layout.Bits booleans -> buffers.add(bitmap(column.data(), rows));
      case Layout.Variable variable -> {
        MemorySegment offsets = offsets(column);
        int first = offsets.getAtIndex(INT, 0);
        int end = offsets.getAtIndex(INT, rows);
        buffers.add(fromZero(offsets, rows));
        buffers.add(column.data().asSlice(first, (long) end - first));
      }
      case Layout.Lists lists -> {
        MemorySegment offsets = offsets(column);
        int first = offsets.getAtIndex(INT, 0);
        int end = offsets.getAtIndex(INT, rows);
        buffers.add(fromZero(offsets, rows));
        add(column.elementsBetween(first, end), end - first, nodes, buffers);
      }
      case Layout.Fixed fixed -> {
        MemorySegment data = column.data().asSlice(0, fixed.fixedBytes(rows));
        if (column.type() instanceof SqlType.Vector vector
            && vector.element() != SqlType.Element.BINARY) {
          nodes.add(new Node((long) rows * vector.dimension(), 0));
          buffers.add(MemorySegment.NULL);
        }
        buffers.add(data);
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

  /** A slice of a column shares its bytes with others: what is written starts at zero. */
  private static MemorySegment fromZero(MemorySegment offsets, int rows) {
    int first = offsets.getAtIndex(INT, 0);
    if (first == 0) {
      return offsets.asSlice(0, 4L * (rows + 1L));
    }
    MemorySegment moved = Arena.ofAuto().allocate(4L * (rows + 1L), 8);
    for (long i = 0; i <= rows; i++) {
      moved.setAtIndex(INT, i, offsets.getAtIndex(INT, i) - first);
    }
    return moved;
  }

  /** A copy whose bits behind the last row are zero, as Arrow wants them. */
  private static MemorySegment bitmap(MemorySegment source, int rows) {
    long bytes = (rows + 7L) >> 3;
    MemorySegment copy = Arena.ofAuto().allocate(Math.max(bytes, 8), 8).asSlice(0, bytes);
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

  @Override
  public void finish() {
    MemorySegment end = MemorySegment.ofArray(new byte[MESSAGE_PREFIX_BYTES]);
    end.set(INT, 0, CONTINUATION);
    file.write(end);
    if (!stream) {
      writeFooter();
    }
    file.finish();
  }

  private void writeFooter() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int offset = ArrowSchemaWriter.add(builder, schema);
    Footer.startDictionariesVector(builder, 0);
    int dictionaries = builder.endVector();
    Footer.startRecordBatchesVector(builder, batches.size());
    for (Placed batch : batches.reversed()) {
      Block.createBlock(builder, batch.offset(), batch.metadataBytes(), batch.bodyBytes());
    }
    int blocks = builder.endVector();
    Footer.finishFooterBuffer(
        builder, Footer.createFooter(builder, MetadataVersion.V5, offset, dictionaries, blocks, 0));
    byte[] content = builder.sizedByteArray();
    file.write(content);
    MemorySegment length = MemorySegment.ofArray(new byte[4]);
    length.set(INT, 0, content.length);
    file.write(length);
    file.write(MAGIC);
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
