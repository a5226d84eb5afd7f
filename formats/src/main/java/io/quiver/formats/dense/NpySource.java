package io.quiver.formats.dense;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.formats.InputFile;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * NumPy's array files, versions 1 to 3, in C order: an array of two dimensions is a vector a row,
 * one of one dimension a number a row. Either byte order.
 */
public final class NpySource extends DenseSource {
  static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  private static final int HEADER_BYTES_MAX = 1 << 20;
  private static final Pattern TYPE = Pattern.compile("'descr':\\s*'([<>|=]?)(\\w+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order':\\s*(True|False)");
  private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");
  private static final Pattern SHAPE = Pattern.compile("'shape':\\s*\\(([\\d\\s,L]*)\\)");

  private final Header header;
  private final boolean arrays;

  private NpySource(InputFile file, Header header, boolean arrays) {
    super(file, type(header, arrays), header.start(), header.rows(), header.rowBytes());
    this.header = header;
    this.arrays = arrays;
  }

  /**
   * What the file says of itself.
   *
   * @param columns numbers a row, or 0 where the array has one dimension
   */
  private record Header(DenseType type, boolean bigEndian, long rows, int columns, long start) {
    long rowBytes() {
      return (long) Math.max(1, columns) * type.bytes();
    }
  }

  /**
   * Reads and checks the header against the file's size.
   *
   * @param arrays gives ARRAYs and not vectors for an array of two dimensions
   * @throws QuiverException 22P04 when it is damaged, 0A000 for Fortran order and other types
   */
  public static NpySource open(InputFile file, boolean arrays) {
    Header header = header(file);
    long expected;
    try {
      expected =
          Math.addExact(header.start(), Math.multiplyExact(header.rows(), header.rowBytes()));
    } catch (ArithmeticException e) {
      throw file.damaged(header.rows() + " rows of " + header.rowBytes() + " bytes are too many");
    }
    if (file.size() != expected) {
      throw file.damaged(
          "the header says "
              + header.rows()
              + " rows of "
              + header.rowBytes()
              + " bytes, so expected "
              + expected
              + " bytes, found "
              + file.size());
    }
    return new NpySource(file, header, arrays);
  }

  private static SqlType type(Header header, boolean arrays) {
    if (header.columns() == 0) {
      return header.type().scalar();
    }
    return arrays
        ? new SqlType.Array(header.type().scalar())
        : header.type().vector(header.columns());
  }

  private static Header header(InputFile file) {
    if (file.size() < 10) {
      throw file.damaged("too short for an npy file");
    }
    MemorySegment start = file.read(0, Math.min(12, file.size()));
    boolean magic = start.asSlice(0, 6).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
    int major = start.get(JAVA_BYTE, 6);
    if (!magic || major < 1 || major > 3) {
      throw file.damaged("it does not begin as an npy file of version 1 to 3");
    }
    int prefix = major == 1 ? 10 : 12;
    long length =
        major == 1
            ? start.get(DenseType.SHORT, 8) & 0xFFFFL
            : file.size() < 12 ? -1 : start.get(DenseType.INT, 8) & 0xFFFFFFFFL;
    if (length < 0 || length > HEADER_BYTES_MAX || prefix + length > file.size()) {
      throw file.damaged("its header says that it has " + length + " bytes");
    }
    String text = new String(file.read(prefix, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    String order = find(file, ORDER, text, "fortran_order", 1);
    if (order.equals("True")) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name()
              + ": an array in Fortran order is not read; save it with np.ascontiguousarray");
    }
    return shaped(file, text, prefix + length);
  }

  private static Header shaped(InputFile file, String text, long start) {
    Matcher type = TYPE.matcher(text);
    DenseType element = type.find() ? element(type.group(2)) : null;
    if (element == null) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name()
              + ": expected numbers of type f2, f4, f8, i1, u1, i2, i4 or i8, found "
              + excerpt(text));
    }
    String[] shape = COMMA.split(find(file, SHAPE, text, "shape", 1).replace("L", "").strip(), 0);
    if (shape.length < 1 || shape.length > 2 || shape[0].isEmpty()) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name() + ": expected an array of one or two dimensions, found " + excerpt(text));
    }
    long rows = number(file, shape[0]);
    long columns = shape.length == 1 ? 0 : number(file, shape[1]);
    if (shape.length == 2 && (columns < 1 || columns > SqlType.Vector.MAX_DIMENSION)) {
      throw file.damaged(
          "vectors have 1 to "
              + SqlType.Vector.MAX_DIMENSION
              + " dimensions, the array has "
              + columns);
    }
    return new Header(element, type.group(1).equals(">"), rows, (int) columns, start);
  }

  private static @Nullable DenseType element(String name) {
    for (DenseType type : DenseType.values()) {
      if (type.name().equals(name.toUpperCase(Locale.ROOT))) {
        return type;
      }
    }
    return null;
  }

  private static String find(InputFile file, Pattern pattern, String text, String what, int group) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw file.damaged("its header has no " + what + ": " + excerpt(text));
    }
    return matcher.group(group);
  }

  private static long number(InputFile file, String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw file.damaged("its header has the shape " + excerpt(text));
    }
  }

  private static String excerpt(String text) {
    String line = text.strip();
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }

  @Override
  Column column(MemorySegment raw, int count) {
    if (header.bigEndian()) {
      header.type().swap(raw);
    }
    if (header.columns() == 0) {
      return header.type().scalars(raw, count);
    }
    return arrays
        ? header.type().arrays(raw, count, header.columns())
        : header.type().vectors(raw, count, header.columns(), this::whereOf);
  }
}
