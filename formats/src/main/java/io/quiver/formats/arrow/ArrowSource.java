package io.quiver.formats.arrow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.formats.BatchSource;
import io.quiver.formats.InputFile;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.DictionaryEncoding;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.RecordBatch;
import org.jspecify.annotations.Nullable;

/**
 * Arrow's IPC format: a stream of messages, or a file, whose footer says where its messages are. A
 * record batch is read whole.
 */
public final class ArrowSource implements BatchSource {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final byte[] MAGIC = {'A', 'R', 'R', 'O', 'W', '1', 0, 0};
  private static final int CONTINUATION = 0xFFFFFFFF;
  private static final int METADATA_BYTES_MAX = 64 << 20;

  private static final int TRAILER_BYTES = 10;

  private final InputFile file;
  private final @Nullable Iterator<Long> blocks;
  private final List<ArrowColumn> columns;
  private final List<@Nullable ArrowColumn> indices = new ArrayList<>();
  private final Map<Long, ArrowColumn> dictionaryColumns = new HashMap<>();
  private final Map<Long, Column> dictionaries = new HashMap<>();
  private final Schema schema;
  private Arena bodies = Arena.ofConfined();
  private long position;
  private @Nullable Batch rest;
  private int taken;
  private long rowsBefore;
  private long batchRow;

  /**
   * Reads the schema.
   *
   * @throws QuiverException 22P04 when it is damaged, 0A000 for types that are not read
   */
  public ArrowSource(InputFile file) {
    this.file = file;
    boolean isFile =
        file.size() >= MAGIC.length
            && file.read(0, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
    try {
      org.apache.arrow.flatbuf.Schema found;
      if (isFile) {
        Footer footer = footer();
        found = footer.schema();
        blocks = blocks(footer).iterator();
      } else {
        blocks = null;
        found = streamSchema();
      }
      if (found == null) {
        throw file.damaged("it does not begin with an Arrow schema");
      }
      this.columns = ArrowSchemaReader.read(file, found);
      readIndices(found);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw file.damaged("its schema makes no sense: " + e);
    }
    this.schema =
        new Schema(
            columns.stream().map(column -> new Field(column.name(), column.type(), true)).toList());
  }

  private org.apache.arrow.flatbuf.@Nullable Schema streamSchema() {
    Part part = nextPart();
    return part != null
            && part.message().headerType() == MessageHeader.Schema
            && part.message().header(new org.apache.arrow.flatbuf.Schema())
                instanceof org.apache.arrow.flatbuf.Schema found
        ? found
        : null;
  }

  private Footer footer() {
    long trailer = file.size() - TRAILER_BYTES;
    MemorySegment end = trailer < MAGIC.length ? null : file.read(trailer, TRAILER_BYTES);
    boolean closed =
        end != null && end.asSlice(4).mismatch(MemorySegment.ofArray(MAGIC).asSlice(0, 6)) < 0;
    int bytes = end == null || !closed ? 0 : end.get(INT, 0);
    if (bytes <= 0 || bytes > METADATA_BYTES_MAX || bytes > trailer - MAGIC.length) {
      throw file.damaged("it does not end as an Arrow file");
    }
    byte[] footer = file.read(trailer - bytes, bytes).toArray(JAVA_BYTE);
    return Footer.getRootAsFooter(ByteBuffer.wrap(footer));
  }

  /** Where messages begin, dictionaries first. */
  private static List<Long> blocks(Footer footer) {
    List<Long> offsets = new ArrayList<>();
    for (int i = 0; i < footer.dictionariesLength(); i++) {
      offsets.add(footer.dictionaries(i).offset());
    }
    for (int i = 0; i < footer.recordBatchesLength(); i++) {
      offsets.add(footer.recordBatches(i).offset());
    }
    return offsets;
  }

  /** A message and where its body begins. */
  private record Part(Message message, long bodyStart) {}

  /** Columns in dictionaries are stored as whole numbers, signed, of 32 bits unless said. */
  private void readIndices(org.apache.arrow.flatbuf.Schema found) {
    for (int i = 0; i < columns.size(); i++) {
      ArrowColumn column = columns.get(i);
      DictionaryEncoding encoding = found.fields(i).dictionary();
      if (encoding == null || column.dictionary() == null) {
        indices.add(null);
        continue;
      }
      Int type = encoding.indexType();
      int bytes = type == null ? 4 : type.bitWidth() / 8;
      boolean signed = type == null || type.isSigned();
      SqlType number =
          signed
              ? switch (bytes) {
                case 1 -> SqlType.TINYINT;
                case 2 -> SqlType.SMALLINT;
                case 4 -> SqlType.INTEGER;
                default -> SqlType.BIGINT;
              }
              : bytes == 1 ? SqlType.SMALLINT : bytes == 2 ? SqlType.INTEGER : SqlType.BIGINT;
      ArrowColumn.Shape shape =
          signed ? new ArrowColumn.Shape.Same() : new ArrowColumn.Shape.Scaled(bytes, false, 1, 1);
      indices.add(new ArrowColumn(column.name(), number, shape, List.of(), null));
      dictionaryColumns.put(
          column.dictionary(),
          new ArrowColumn(column.name(), column.type(), column.shape(), column.children(), null));
    }
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public boolean hasNames() {
    return true;
  }

  @Override
  public @Nullable Batch next() {
    while (rest == null || taken == rest.rowCount()) {
      rowsBefore += rest == null ? 0 : rest.rowCount();
      rest = readBatch();
      taken = 0;
      if (rest == null) {
        return null;
      }
    }
    int count = Math.min(Batch.ROWS, rest.rowCount() - taken);
    Batch slice = taken == 0 && count == rest.rowCount() ? rest : rest.slice(taken, count);
    batchRow = rowsBefore + taken;
    taken += count;
    return slice;
  }

  /** The next record batch; dictionaries before it are kept. */
  private @Nullable Batch readBatch() {
    try {
      for (Part part = nextPart(); part != null; part = nextPart()) {
        Message message = part.message();
        if (message.headerType() == MessageHeader.RecordBatch
            && message.header(new RecordBatch()) instanceof RecordBatch batch) {
          return batch(batch, body(part));
        }
        if (message.headerType() == MessageHeader.DictionaryBatch
            && message.header(new DictionaryBatch()) instanceof DictionaryBatch dictionary) {
          readDictionary(dictionary, file.read(part.bodyStart(), message.bodyLength()));
        }
      }
      return null;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw file.damaged("a record batch before byte " + position + " makes no sense: " + e);
    }
  }

  /** The body, in memory that the body before gives up. */
  private MemorySegment body(Part part) {
    bodies.close();
    bodies = Arena.ofConfined();
    long bytes = part.message().bodyLength();
    MemorySegment body = bodies.allocate(Math.max(bytes, 8), 64).asSlice(0, bytes);
    file.read(part.bodyStart(), body);
    return body;
  }

  private Batch batch(RecordBatch batch, MemorySegment body) {
    ArrowBatchReader reader = new ArrowBatchReader(file, batch, body, dictionaries);
    List<Column> read = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      ArrowColumn index = indices.get(i);
      ArrowColumn column = columns.get(i);
      Long dictionary = column.dictionary();
      Column values =
          index == null || dictionary == null
              ? reader.column(column)
              : reader.decoded(index, dictionary);
      if (values.length() != batch.length()) {
        throw file.damaged(
            "column \""
                + column.name()
                + "\" has "
                + values.length()
                + " rows, the record batch "
                + batch.length());
      }
      read.add(values);
    }
    return new Batch(read, (int) batch.length());
  }

  private void readDictionary(DictionaryBatch dictionary, MemorySegment body) {
    ArrowColumn column = dictionaryColumns.get(dictionary.id());
    RecordBatch data = dictionary.data();
    if (column == null || data == null) {
      return;
    }
    if (dictionary.isDelta()) {
      throw new QuiverException(
          io.quiver.types.ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name() + ": dictionaries that grow are not read");
    }
    ArrowBatchReader reader = new ArrowBatchReader(file, data, body, dictionaries);
    dictionaries.put(dictionary.id(), reader.column(column));
  }

  /** The next message, or null at the end of the stream. */
  private @Nullable Part nextPart() {
    if (blocks != null) {
      if (!blocks.hasNext()) {
        position = file.size();
        return null;
      }
      position = blocks.next();
    }
    if (position < 0 || position > file.size() - 4) {
      if (position != file.size()) {
        throw file.damaged("it ends at byte " + position + " within a message");
      }
      return null;
    }
    int first = file.read(position, 4).get(INT, 0);
    // Before Arrow 0.15 the length came without a mark before it.
    boolean marked = first == CONTINUATION;
    int length = marked ? file.read(position + 4, 4).get(INT, 0) : first;
    long start = position + (marked ? 8 : 4);
    if (length == 0) {
      position = file.size();
      return null;
    }
    if (length < 0 || length > METADATA_BYTES_MAX) {
      throw file.damaged("a message of " + length + " bytes at byte " + position);
    }
    byte[] metadata = file.read(start, length).toArray(JAVA_BYTE);
    Message message = Message.getRootAsMessage(ByteBuffer.wrap(metadata));
    long bodyStart = start + length;
    long body = message.bodyLength();
    if (body < 0 || body > file.size() - bodyStart) {
      throw file.damaged(
          "the message at byte "
              + position
              + " says that "
              + body
              + " bytes follow, the file has "
              + (file.size() - bodyStart));
    }
    position = bodyStart + body;
    return new Part(message, bodyStart);
  }

  @Override
  public String where(int row) {
    return file.name() + " row " + (batchRow + row + 1);
  }

  @Override
  public long bytesRead() {
    return Math.min(position, file.size());
  }

  @Override
  public long bytesTotal() {
    return file.size();
  }

  @Override
  public void close() {
    bodies.close();
    file.close();
  }
}
