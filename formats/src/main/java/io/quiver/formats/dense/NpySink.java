package io.quiver.formats.dense;

import io.quiver.formats.BatchSink;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * Writes one column as NumPy's array file, version 1: vectors as an array of two dimensions,
 * numbers as one of one. The header has room for any number of rows, which is filled in at the end.
 */
public final class NpySink implements BatchSink {
  private static final int HEADER_BYTES = 128;

  private final OutputFile file;
  private final SqlType type;
  private final DenseType element;
  private final DenseRows rows;

  /**
   * A sink for one column.
   *
   * @throws QuiverException 0A000 for another number of columns, 42804 for another type
   */
  public NpySink(OutputFile file, Schema schema) {
    this.file = file;
    this.type = DenseRows.onlyColumn(schema, "npy");
    this.element = element(type);
    this.rows = new DenseRows(element);
    file.write(new byte[HEADER_BYTES]);
  }

  private static DenseType element(SqlType type) {
    return switch (type) {
      case SqlType.Vector vector ->
          switch (vector.element()) {
            case FLOAT32, BFLOAT16 -> DenseType.F4;
            case FLOAT16 -> DenseType.F2;
            case INT8 -> DenseType.I1;
            case BINARY -> DenseType.U1;
          };
      case SqlType.Array array -> element(array.element());
      case SqlType.Simple simple ->
          switch (simple) {
            case TINYINT -> DenseType.I1;
            case SMALLINT -> DenseType.I2;
            case INTEGER -> DenseType.I4;
            case BIGINT -> DenseType.I8;
            case REAL -> DenseType.F4;
            case DOUBLE -> DenseType.F8;
            case BOOLEAN, DATE, TIME, TIMESTAMP, TIMESTAMP_TZ, UUID, JSON -> throw refused(type);
          };
      case SqlType.Decimal decimal -> throw refused(type);
      case SqlType.Varchar varchar -> throw refused(type);
      case SqlType.Varbinary varbinary -> throw refused(type);
    };
  }

  private static QuiverException refused(SqlType type) {
    return new QuiverException(
        ErrorCode.DATATYPE_MISMATCH, "npy holds vectors or numbers, found " + type.sqlName());
  }

  @Override
  public void write(Batch batch) {
    file.write(rows.pack(batch, 0));
  }

  @Override
  public void finish() {
    file.overwriteStart(header());
    file.finish();
  }

  private byte[] header() {
    boolean single = type instanceof SqlType.Simple;
    String order = element.bytes() == 1 ? "|" : "<";
    int columns =
        rows.length() >= 0
            ? rows.length()
            : type instanceof SqlType.Vector vector ? vector.dimension() : 0;
    String text =
        "{'descr': '"
            + order
            + element.name().toLowerCase(Locale.ROOT)
            + "', 'fortran_order': False, 'shape': ("
            + rows.rows()
            + (single ? ",)" : ", " + columns + ")")
            + ", }";
    byte[] header = new byte[HEADER_BYTES];
    Arrays.fill(header, (byte) ' ');
    System.arraycopy(NpySource.MAGIC, 0, header, 0, NpySource.MAGIC.length);
    header[6] = 1;
    header[7] = 0;
    header[8] = HEADER_BYTES - 10;
    header[9] = 0;
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, header, 10, ascii.length);
    header[HEADER_BYTES - 1] = '\n';
    return header;
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
