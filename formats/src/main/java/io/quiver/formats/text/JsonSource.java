package io.quiver.formats.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.quiver.formats.BatchSource;
import io.quiver.formats.InputFile;
import io.quiver.formats.RowErrors;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object a line, in UTF-8. Values come as text: strings as what they say, anything else as
 * it is written, so that no digit is lost; an array for a column of arrays as the text of such a
 * value. Lines of white space count for nothing.
 */
public final class JsonSource implements BatchSource {
  /** The longest line, in bytes. */
  static final int LINE_BYTES_MAX = 256 << 20;

  private static final int CHUNK_BYTES = 1 << 18;

  private final JsonFactory json = new JsonFactory();
  private final InputFile file;
  private final InputStream in;
  private final RowErrors errors;
  private final boolean othersIgnored;
  private final Schema schema;
  private final boolean[] raw;
  private final boolean[] lists;
  private final Map<String, Integer> positions = new HashMap<>();
  private final RowText rows;
  private final List<ColumnBuilder> present = new ArrayList<>();
  private final boolean[] found;
  private List<Column> batchPresent = List.of();
  private long[] lines = new long[Batch.ROWS];
  private long[] batchLines = lines;
  private byte[] chunk = new byte[CHUNK_BYTES];
  private int start;
  private int end;
  private long line;
  private boolean atEnd;

  /** A row that is bad, told once the rows before it have been given. */
  private @Nullable QuiverException problem;

  /**
   * A source of some fields.
   *
   * @param wanted the fields, those of type JSON as written, strings with their quotes
   * @param othersIgnored false makes any other field an error, 42703
   */
  public JsonSource(InputFile file, List<Field> wanted, boolean othersIgnored, RowErrors errors) {
    this.file = file;
    this.in = file.stream();
    this.errors = errors;
    this.othersIgnored = othersIgnored;
    this.schema =
        new Schema(
            wanted.stream().map(field -> new Field(field.name(), SqlType.TEXT, true)).toList());
    this.raw = new boolean[wanted.size()];
    this.lists = new boolean[wanted.size()];
    this.found = new boolean[wanted.size()];
    for (int i = 0; i < wanted.size(); i++) {
      positions.put(wanted.get(i).name(), i);
      SqlType type = wanted.get(i).type();
      lists[i] = type instanceof SqlType.Array;
      SqlType scalar = type instanceof SqlType.Array array ? array.element() : type;
      raw[i] = scalar.equals(SqlType.JSON);
    }
    this.rows = new RowText(wanted.size());
    startPresent();
  }

  private void startPresent() {
    present.clear();
    for (int i = 0; i < schema.size(); i++) {
      present.add(new ColumnBuilder(SqlType.BOOLEAN, Batch.ROWS));
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
    batchLines = lines;
    lines = new long[Batch.ROWS];
    if (problem != null) {
      QuiverException before = problem;
      problem = null;
      errors.bad(before);
    }
    while (rows.rows() < Batch.ROWS && nextLine()) {
      int length = end(start) - start;
      if (isBlank(start, length)) {
        start += length + 1;
        continue;
      }
      byte[] text = Arrays.copyOfRange(chunk, start, start + length);
      start += length + 1;
      try {
        read(text);
        batchLines[rows.rows()] = line;
        rows.endRow();
        for (int i = 0; i < found.length; i++) {
          present.get(i).appendBoolean(found[i]);
        }
      } catch (QuiverException e) {
        if (rows.rows() > 0) {
          problem = e;
          break;
        }
        errors.bad(e);
      }
    }
    if (rows.rows() == 0) {
      return null;
    }
    batchPresent = present.stream().map(ColumnBuilder::build).toList();
    startPresent();
    return rows.take();
  }

  @Override
  public @Nullable Column present(int column) {
    return batchPresent.get(column);
  }

  private void read(byte[] text) {
    rows.startNullRow();
    Arrays.fill(found, false);
    try (JsonParser parser = json.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw bad("found " + parser.currentToken() + ", expected an object in one line");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken token = parser.nextToken();
        Integer position = positions.get(name);
        if (position == null) {
          if (!othersIgnored) {
            throw unknown(name);
          }
          parser.skipChildren();
        } else {
          if (found[position]) {
            throw bad("field \"" + name + "\" is there twice");
          }
          found[position] = true;
          value(parser, token, position, text);
        }
      }
      if (parser.nextToken() != null) {
        throw bad("there is more behind the object, expected one object a line");
      }
    } catch (JsonProcessingException e) {
      throw bad(e.getOriginalMessage() + ", at byte " + e.getLocation().getByteOffset());
    } catch (IOException e) {
      throw bad(String.valueOf(e.getMessage()));
    }
  }

  private void value(JsonParser parser, JsonToken token, int position, byte[] text)
      throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return;
    }
    if (lists[position] && token == JsonToken.START_ARRAY) {
      byte[] array = array(parser, position, text).getBytes(StandardCharsets.UTF_8);
      rows.set(position, array, 0, array.length);
      return;
    }
    if (token == JsonToken.VALUE_STRING && (!raw[position] || lists[position])) {
      byte[] value = parser.getText().getBytes(StandardCharsets.UTF_8);
      rows.set(position, value, 0, value.length);
      return;
    }
    int from = (int) parser.currentTokenLocation().getByteOffset();
    rows.set(position, text, from, endOf(parser, token) - from);
  }

  /** Where a value ends that begins with this token, which is skipped. */
  private static int endOf(JsonParser parser, JsonToken token) throws IOException {
    parser.skipChildren();
    if (token == JsonToken.VALUE_STRING) {
      // Tokens are parsed lazily: only then does the parser know where the string ends.
      parser.getTextLength();
    }
    return (int) parser.currentLocation().getByteOffset();
  }

  /** The text of an ARRAY: {@code {"1",NULL,"a b"}}. */
  private String array(JsonParser parser, int position, byte[] text) throws IOException {
    StringBuilder out = new StringBuilder("{");
    JsonToken token = parser.nextToken();
    while (token != null && token != JsonToken.END_ARRAY) {
      out.append(out.length() > 1 ? "," : "");
      if (token == JsonToken.VALUE_NULL) {
        out.append("NULL");
      } else {
        out.append('"');
        out.append(element(parser, token, position, text).replaceAll("[\"\\\\]", "\\\\$0"));
        out.append('"');
      }
      token = parser.nextToken();
    }
    return out.append('}').toString();
  }

  private String element(JsonParser parser, JsonToken token, int position, byte[] text)
      throws IOException {
    if (token == JsonToken.VALUE_STRING && !raw[position]) {
      return parser.getText();
    }
    int from = (int) parser.currentTokenLocation().getByteOffset();
    return new String(text, from, endOf(parser, token) - from, StandardCharsets.UTF_8);
  }

  private QuiverException unknown(String name) {
    return new QuiverException(
        ErrorCode.UNDEFINED_COLUMN,
        at(line)
            + ": field \""
            + name
            + "\" is no column of the table; to leave fields out, name the columns to load");
  }

  private QuiverException bad(String what) {
    return new QuiverException(ErrorCode.BAD_COPY_FILE_FORMAT, at(line) + ": " + what);
  }

  /** Makes sure that the chunk holds a whole line from {@link #start} on; false at the end. */
  private boolean nextLine() {
    int searched = start;
    while (true) {
      int lineEnd = indexOfEnd(searched);
      if (lineEnd >= 0 || (atEnd && start < end)) {
        line++;
        return true;
      }
      if (atEnd) {
        return false;
      }
      searched = end - start;
      fill();
    }
  }

  private int indexOfEnd(int from) {
    for (int i = from; i < end; i++) {
      if (chunk[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private int end(int from) {
    int found = indexOfEnd(from);
    return found < 0 ? end : found;
  }

  private boolean isBlank(int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (chunk[i] != ' ' && chunk[i] != '\t' && chunk[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /** Moves the rest to the front, and reads behind it. */
  private void fill() {
    int rest = end - start;
    if (rest == chunk.length) {
      if (rest >= LINE_BYTES_MAX) {
        line++;
        throw bad("a line has at most " + LINE_BYTES_MAX + " bytes");
      }
      chunk = Arrays.copyOf(chunk, 2 * rest);
    } else {
      System.arraycopy(chunk, start, chunk, 0, rest);
    }
    start = 0;
    end = rest;
    try {
      int count = in.read(chunk, end, chunk.length - end);
      if (count < 0) {
        atEnd = true;
      } else {
        end += count;
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private String at(long number) {
    return file.name() + " line " + number;
  }

  @Override
  public String where(int row) {
    return at(batchLines[row]);
  }

  @Override
  public long bytesRead() {
    return Math.max(0, file.position() - (end - start));
  }

  @Override
  public long bytesTotal() {
    return file.size();
  }

  @Override
  public void close() {
    file.close();
  }
}
