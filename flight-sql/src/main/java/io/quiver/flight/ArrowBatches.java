package io.quiver.flight;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Layout;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.jspecify.annotations.Nullable;

/** Copies batches into Arrow's vectors, a buffer at a time: the layouts are the same. */
final class ArrowBatches {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ArrowBatches() {}

  static void load(Batch batch, VectorSchemaRoot root, BufferAllocator allocator) {
    List<ArrowFieldNode> nodes = new ArrayList<>();
    List<ArrowBuf> buffers = new ArrayList<>();
    try {
      for (int i = 0; i < batch.width(); i++) {
        boolean list = root.getVector(i) instanceof ListVector;
        add(batch.column(i), list, nodes, buffers, allocator);
      }
      try (ArrowRecordBatch record = new ArrowRecordBatch(batch.rowCount(), nodes, buffers)) {
        new VectorLoader(root).load(record);
      }
    } finally {
      buffers.forEach(ArrowBuf::close);
    }
  }

  private static void add(
      Column column,
      boolean list,
      List<ArrowFieldNode> nodes,
      List<ArrowBuf> buffers,
      BufferAllocator allocator) {
    int rows = column.length();
    int nulls = nullCount(column);
    nodes.add(new ArrowFieldNode(rows, nulls));
    MemorySegment validity = column.validity();
    buffers.add(
        nulls == 0 || validity == null
            ? allocator.getEmpty()
            : copy(validity, (rows + 7L) >> 3, allocator));
    if (column.type() instanceof SqlType.Vector vector
        && vector.element() != SqlType.Element.BINARY) {
      if (list) {
        buffers.add(offsets(rows, vector.dimension(), allocator));
      }
      nodes.add(new ArrowFieldNode((long) rows * vector.dimension(), 0));
      buffers.add(allocator.getEmpty());
    }
    switch (column.type().layout()) {
      case Layout.Bits bits -> buffers.add(copy(column.data(), bits.fixedBytes(rows), allocator));
      case Layout.Fixed fixed ->
          buffers.add(copy(column.data(), fixed.fixedBytes(rows), allocator));
      case Layout.Variable variable -> addText(column, buffers, allocator);
      case Layout.Lists lists -> {
        MemorySegment starts = offsets(column.offsets());
        int first = starts.getAtIndex(INT, 0);
        addOffsets(starts, rows, buffers, allocator);
        Column elements = column.elementsBetween(first, starts.getAtIndex(INT, rows));
        add(elements, false, nodes, buffers, allocator);
      }
    }
  }

  /** Text of a slice starts anywhere in its buffer; Arrow's offsets are to start at 0. */
  private static void addText(Column column, List<ArrowBuf> buffers, BufferAllocator allocator) {
    MemorySegment starts = offsets(column.offsets());
    int rows = column.length();
    int first = starts.getAtIndex(INT, 0);
    addOffsets(starts, rows, buffers, allocator);
    int last = starts.getAtIndex(INT, rows);
    buffers.add(
        last == first
            ? allocator.getEmpty()
            : copy(column.data().asSlice(first), last - (long) first, allocator));
  }

  private static void addOffsets(
      MemorySegment starts, int rows, List<ArrowBuf> buffers, BufferAllocator allocator) {
    int first = starts.getAtIndex(INT, 0);
    ArrowBuf offsets = allocator.buffer(4L * (rows + 1));
    buffers.add(offsets);
    for (int i = 0; i <= rows; i++) {
      offsets.setInt(4L * i, starts.getAtIndex(INT, i) - first);
    }
    offsets.writerIndex(4L * (rows + 1));
  }

  /** Where each vector starts, in a column whose schema does not know their dimension. */
  private static ArrowBuf offsets(int rows, int dimension, BufferAllocator allocator) {
    ArrowBuf offsets = allocator.buffer(4L * (rows + 1));
    for (int i = 0; i <= rows; i++) {
      offsets.setInt(4L * i, i * dimension);
    }
    offsets.writerIndex(4L * (rows + 1));
    return offsets;
  }

  private static MemorySegment offsets(@Nullable MemorySegment offsets) {
    if (offsets == null) {
      throw new IllegalStateException("text without offsets");
    }
    return offsets;
  }

  private static int nullCount(Column column) {
    MemorySegment validity = column.validity();
    if (validity == null) {
      return 0;
    }
    int set = 0;
    int rows = column.length();
    for (int i = 0; i < rows >> 3; i++) {
      set += Integer.bitCount(validity.get(JAVA_BYTE, i) & 0xFF);
    }
    for (int i = rows & ~7; i < rows; i++) {
      set += column.isNull(i) ? 0 : 1;
    }
    return rows - set;
  }

  private static ArrowBuf copy(MemorySegment source, long bytes, BufferAllocator allocator) {
    ArrowBuf target = allocator.buffer(bytes);
    target.setBytes(0, source.asSlice(0, bytes).asByteBuffer());
    target.writerIndex(bytes);
    return target;
  }
}
