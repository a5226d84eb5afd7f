package io.quiver.formats.text;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import io.quiver.formats.BatchSource;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.InputFile;
import io.quiver.formats.RowErrors;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CSV as RFC 4180 has it, in UTF-8 with or without a byte order mark. As in PostgreSQL, null is
 * what equals the null text without quotes: by default an empty field is null and {@code ""} is
 * not.
 */
public final class CsvSource implements BatchSource {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final InputFile file;
  private final RowErrors errors;
  private final boolean header;
  private final Fields fields;
  private final CsvReader<Fields> reader;
  private final CloseableIterator<Fields> records;
  private final Schema schema;
  private final RowText rows;
  private long[] lines = new long[Batch.ROWS];
  private long[] batchLines = lines;

  /** A row that is bad, told once the rows before it have been given. */
  private @Nullable QuiverException problem;

  /** The first record, where it was read to count the columns and is a row. */
  private boolean firstPending;

  /**
   * Reads the first line.
   *
   * @throws QuiverException 22P04, 22021
   */
  public CsvSource(InputFile file, FormatOptions options, RowErrors errors) {
    this.file = file;
    this.errors = errors;
    this.header = options.header();
    RowText first = new RowText(0);
    this.fields = new Fields(first, options.nullText());
    this.reader =
        CsvReader.builder()
            .fieldSeparator(options.delimiter())
            .quoteCharacter(options.quote())
            .skipEmptyLines(false)
            .allowUnclosedQuote(false)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .build(fields, new InputStreamReader(unmarked(file), decoder()));
    this.records = reader.iterator();
    boolean any = advance();
    int width = any ? first.fields() : 0;
    List<Field> columns = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      String name = header ? first.text(i) : "column" + (i + 1);
      columns.add(new Field(name, SqlType.TEXT, true));
    }
    this.schema = new Schema(columns);
    this.firstPending = any && !header;
    // The first record stays where it was read; later ones follow it in the same fields.
    this.rows = any && !header ? fields.continueWith(width) : fields.startWith(width);
  }

  private static java.nio.charset.CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  private static InputStream unmarked(InputFile file) {
    BufferedInputStream in = new BufferedInputStream(file.stream(), 1 << 18);
    in.mark(BYTE_ORDER_MARK.length);
    try {
      if (!java.util.Arrays.equals(in.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
        in.reset();
      }
    } catch (IOException e) {
      throw file.unreadable(e);
    }
    return in;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public boolean hasNames() {
    return header;
  }

  @Override
  public @Nullable Batch next() {
    batchLines = lines;
    lines = new long[Batch.ROWS];
    long[] filling = batchLines;
    if (problem != null) {
      QuiverException before = problem;
      problem = null;
      errors.bad(before);
    }
    while (rows.rows() < Batch.ROWS && (firstPending || advance())) {
      firstPending = false;
      if (rows.fields() == schema.size()) {
        filling[rows.rows()] = fields.line();
        rows.endRow();
      } else {
        QuiverException bad = otherWidth();
        if (rows.rows() > 0) {
          problem = bad;
          break;
        }
        errors.bad(bad);
      }
    }
    return rows.rows() == 0 ? null : rows.take();
  }

  private QuiverException otherWidth() {
    return new QuiverException(
        ErrorCode.BAD_COPY_FILE_FORMAT,
        at(fields.line())
            + ": found "
            + rows.fields()
            + (rows.fields() == 1 ? " field" : " fields")
            + ", expected "
            + schema.size());
  }

  private boolean advance() {
    try {
      if (!records.hasNext()) {
        return false;
      }
      records.next();
      return true;
    } catch (CsvParseException e) {
      throw unparsable(e, e.getMessage());
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CharacterCodingException) {
        throw new QuiverException(
            ErrorCode.CHARACTER_NOT_IN_REPERTOIRE,
            at(fields.line()) + " or soon after it: bytes that are not UTF-8",
            e);
      }
      IOException cause = e.getCause();
      throw file.unreadable(cause == null ? new IOException(e) : cause);
    }
  }

  private QuiverException unparsable(CsvParseException e, @Nullable String message) {
    Throwable cause = e.getCause();
    if (cause instanceof CharacterCodingException) {
      return new QuiverException(
          ErrorCode.CHARACTER_NOT_IN_REPERTOIRE,
          at(fields.line()) + " or soon after it: bytes that are not UTF-8",
          e);
    }
    String reason = cause == null ? message : cause.getMessage();
    return new QuiverException(
        ErrorCode.BAD_COPY_FILE_FORMAT, at(fields.line()) + ": " + reason, e);
  }

  private String at(long line) {
    return file.name() + " line " + line;
  }

  @Override
  public String where(int row) {
    return at(batchLines[row]);
  }

  @Override
  public long bytesRead() {
    return file.position();
  }

  @Override
  public long bytesTotal() {
    return file.size();
  }

  @Override
  public void close() {
    file.close();
  }

  /** Takes what the parser finds; the record is this object, one after the other. */
  private static final class Fields extends AbstractBaseCsvCallbackHandler<Fields> {
    private final String nullText;
    private RowText row;
    private long line = 1;

    private Fields(RowText row, String nullText) {
      this.row = row;
      this.nullText = nullText;
    }

    /** Goes on with rows of a known width, the fields read so far being the first of them. */
    private RowText continueWith(int width) {
      row = row.widened(width);
      return row;
    }

    private RowText startWith(int width) {
      row = new RowText(width);
      return row;
    }

    private long line() {
      return line;
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
      line = startingLineNumber;
      row.startRow();
    }

    @Override
    protected void handleField(int field, char[] text, int offset, int length, boolean quoted) {
      if (!quoted && isNull(text, offset, length)) {
        row.addNull();
      } else {
        row.add(text, offset, length);
      }
    }

    @Override
    protected void handleEmpty() {
      if (nullText.isEmpty()) {
        row.addNull();
      } else {
        row.add(new char[0], 0, 0);
      }
    }

    private boolean isNull(char[] text, int offset, int length) {
      if (length != nullText.length()) {
        return false;
      }
      for (int i = 0; i < length; i++) {
        if (text[offset + i] != nullText.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    @Override
    protected Fields buildRecord() {
      return this;
    }
  }
}
