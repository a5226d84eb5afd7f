package io.quiver.vector.index;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.memory.BlockReader;
import io.quiver.vector.quantize.ScalarQuantizer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * The written form of an index: a header, a table of sections, and the sections. All numbers are
 * little-endian. Which sections there are, and their bytes, each kind says itself.
 *
 * <pre>
 *  offset  bytes
 *       0      8  "QVRINDEX"
 *       8      2  major version, 2: another one is not read
 *      10      2  minor version, 0
 *      12      4  CRC32C of the header, table and specification, with 0 here
 *      16      4  sections
 *      20      4  bytes of the specification
 *      24      1  metric: 0 L2, 1 L2 squared, 2 cosine, 3 negative inner product, 4 L1,
 *                 5 Hamming, 6 Jaccard
 *      25      1  encoding: 0 FLOAT32, 1 FLOAT16, 2 BFLOAT16, 3 INT8, 4 BINARY
 *      26      2  0
 *      28      4  dimensions
 *      32      8  rows
 *      40      8  bytes of the whole form
 *      48         the table: 32 bytes a section
 *                   0  8  name in ASCII, filled with 0
 *                   8  8  offset, a multiple of 4096
 *                  16  8  bytes
 *                  24  4  CRC32C of the bytes
 *                  28  4  0
 *                 the specification in UTF-8, as {@link IndexSpec#parse} reads it
 *                 the sections; between them 0
 * </pre>
 */
public final class IndexForm {
  private static final long MAGIC = 0x5845444E49525651L; // "QVRINDEX", its first letter lowest
  private static final short MAJOR = 2;
  private static final int HEADER_BYTES = 48;
  private static final int ENTRY_BYTES = 32;
  private static final int NAME_BYTES = 8;
  private static final int SECTIONS_MAX = 64;
  private static final int SPEC_BYTES_MAX = 1 << 12;

  private static final ValueLayout.OfShort SHORT = little(ValueLayout.JAVA_SHORT_UNALIGNED);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final IndexSpec spec;
  private final int rows;
  private final Map<String, MemorySegment> sections;

  private IndexForm(IndexSpec spec, int rows, Map<String, MemorySegment> sections) {
    this.spec = spec;
    this.rows = rows;
    this.sections = sections;
  }

  /**
   * A named part of the form.
   *
   * @param name of 1 to 8 ASCII characters
   * @param writer fills memory of so many bytes
   */
  public record Section(String name, long byteSize, Consumer<MemorySegment> writer) {
    public Section {
      if (name.isEmpty() || name.length() > NAME_BYTES) {
        throw new IllegalArgumentException("a section's name has 1 to 8 characters: " + name);
      }
    }

    public Section(String name, MemorySegment bytes) {
      this(name, bytes.byteSize(), target -> target.copyFrom(bytes));
    }
  }

  /** Bytes of the form with these sections. */
  public static long bytes(IndexSpec spec, List<Section> sections) {
    long bytes = firstSection(spec, sections.size());
    for (Section section : sections) {
      bytes = align(bytes) + section.byteSize();
    }
    return bytes;
  }

  /** Writes it to the start of the memory. */
  public static void write(
      MemorySegment form, IndexSpec spec, VectorRows rows, List<Section> sections) {
    byte[] text = spec.toString().getBytes(StandardCharsets.UTF_8);
    long total = bytes(spec, sections);
    long at = firstSection(spec, sections.size());
    form.asSlice(0, Math.min(total, align(at))).fill((byte) 0);
    form.set(LONG, 0, MAGIC);
    form.set(SHORT, 8, MAJOR);
    form.set(INT, 16, sections.size());
    form.set(INT, 20, text.length);
    form.set(ValueLayout.JAVA_BYTE, 24, code(rows.metric()));
    form.set(ValueLayout.JAVA_BYTE, 25, code(rows.encoding()));
    form.set(INT, 28, rows.dimension());
    form.set(LONG, 32, rows.count());
    form.set(LONG, 40, total);
    long entry = HEADER_BYTES;
    MemorySegment.copy(
        text,
        0,
        form,
        ValueLayout.JAVA_BYTE,
        entry + (long) ENTRY_BYTES * sections.size(),
        text.length);
    for (Section section : sections) {
      long start = align(at);
      long length = section.byteSize();
      form.asSlice(at, start - at).fill((byte) 0);
      section.writer().accept(form.asSlice(start, length));
      byte[] name = section.name().getBytes(StandardCharsets.US_ASCII);
      MemorySegment.copy(name, 0, form, ValueLayout.JAVA_BYTE, entry, name.length);
      form.set(LONG, entry + 8, start);
      form.set(LONG, entry + 16, length);
      form.set(INT, entry + 24, checksum(form.asSlice(start, length)));
      at = start + length;
      entry += ENTRY_BYTES;
    }
    form.set(INT, 12, checksum(form.asSlice(0, firstSection(spec, sections.size()))));
  }

  /**
   * Reads and checks a form.
   *
   * @throws DamagedIndexException when it is not what was written, or not of these rows
   */
  public static IndexForm read(MemorySegment form, VectorRows rows) {
    return read(form, rows, Set.of());
  }

  /**
   * As {@link #read(MemorySegment, VectorRows)}, but leaves some sections to be checked by whoever
   * reads them piece by piece.
   */
  public static IndexForm read(MemorySegment form, VectorRows rows, Set<String> unchecked) {
    return read(form, rows, unchecked, false);
  }

  /**
   * As {@link #read(MemorySegment, VectorRows)}, over rows of which there may be more than when the
   * form was written: {@link #rows} says how many there were.
   */
  public static IndexForm readGrowing(MemorySegment form, VectorRows rows) {
    return read(form, rows, Set.of(), true);
  }

  private static IndexForm read(
      MemorySegment form, VectorRows rows, Set<String> unchecked, boolean growing) {
    long head = headerBytes(form);
    checkHeader(form, head, rows, growing);
    int count = form.get(INT, 16);
    byte[] text =
        form.asSlice(HEADER_BYTES + (long) ENTRY_BYTES * count, form.get(INT, 20))
            .toArray(ValueLayout.JAVA_BYTE);
    Map<String, MemorySegment> sections = new LinkedHashMap<>();
    long end = head;
    for (int i = 0; i < count; i++) {
      long entry = HEADER_BYTES + (long) ENTRY_BYTES * i;
      String name =
          new String(
                  form.asSlice(entry, NAME_BYTES).toArray(ValueLayout.JAVA_BYTE),
                  StandardCharsets.US_ASCII)
              .replace("\0", "");
      long offset = form.get(LONG, entry + 8);
      long length = form.get(LONG, entry + 16);
      if (offset < end || length < 0 || offset > form.byteSize() - length) {
        throw new DamagedIndexException(
            "section " + name + " at " + offset + " of " + length + " bytes is outside");
      }
      if (offset != align(offset)) {
        throw new DamagedIndexException("section " + name + " begins at " + offset);
      }
      checkZeros(form, end, offset);
      end = offset + length;
      MemorySegment bytes = form.asSlice(offset, length);
      if (!unchecked.contains(name)) {
        check("section " + name, offset, form.get(INT, entry + 24), checksum(bytes));
      }
      sections.put(name, bytes);
    }
    return new IndexForm(spec(text), (int) form.get(LONG, 32), Map.copyOf(sections));
  }

  /** What lies between sections has no checksum. */
  private static void checkZeros(MemorySegment form, long from, long to) {
    for (long at = from; at < to; at++) {
      if (form.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw new DamagedIndexException("byte " + at + " between sections is not 0");
      }
    }
  }

  private static IndexSpec spec(byte[] text) {
    try {
      return IndexSpec.parse(new String(text, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw new DamagedIndexException("it is of no kind: " + e.getMessage());
    }
  }

  /** Codes of a byte as a section has them: the lowest value and the step, as floats. */
  public static ScalarQuantizer scale(MemorySegment section, long at) {
    try {
      return new ScalarQuantizer(section.get(FLOAT, at), section.get(FLOAT, at + 4));
    } catch (IllegalArgumentException e) {
      throw new DamagedIndexException("its scale has " + e.getMessage());
    }
  }

  private static long headerBytes(MemorySegment form) {
    if (form.byteSize() < HEADER_BYTES || form.get(LONG, 0) != MAGIC) {
      throw new DamagedIndexException("it does not begin as an index does");
    }
    if (form.get(SHORT, 8) != MAJOR) {
      throw new DamagedIndexException(
          "it has version " + form.get(SHORT, 8) + ", this program reads " + MAJOR);
    }
    int count = form.get(INT, 16);
    int text = form.get(INT, 20);
    if (count < 0 || count > SECTIONS_MAX || text < 0 || text > SPEC_BYTES_MAX) {
      throw new DamagedIndexException(count + " sections and " + text + " bytes of specification");
    }
    long head = HEADER_BYTES + (long) ENTRY_BYTES * count + text;
    if (head > form.byteSize()) {
      throw new DamagedIndexException("its header ends beyond its " + form.byteSize() + " bytes");
    }
    return head;
  }

  private static void checkHeader(MemorySegment form, long head, VectorRows rows, boolean growing) {
    CRC32C crc = new CRC32C();
    update(crc, form.asSlice(0, 12));
    crc.update(new byte[4]);
    update(crc, form.asSlice(16, head - 16));
    check("the header", 0, form.get(INT, 12), (int) crc.getValue());
    if (form.get(LONG, 40) > form.byteSize()) {
      throw new DamagedIndexException(
          "it has " + form.byteSize() + " of its " + form.get(LONG, 40) + " bytes");
    }
    boolean same =
        form.get(ValueLayout.JAVA_BYTE, 24) == code(rows.metric())
            && form.get(ValueLayout.JAVA_BYTE, 25) == code(rows.encoding())
            && form.get(INT, 28) == rows.dimension()
            && (form.get(LONG, 32) == rows.count()
                || (growing && form.get(LONG, 32) >= 0 && form.get(LONG, 32) < rows.count()));
    if (!same) {
      throw new DamagedIndexException(
          "it is of "
              + form.get(LONG, 32)
              + " rows of "
              + form.get(INT, 28)
              + " dimensions, metric and encoding "
              + form.get(ValueLayout.JAVA_BYTE, 24)
              + " and "
              + form.get(ValueLayout.JAVA_BYTE, 25)
              + ", not of these "
              + rows.count());
    }
  }

  public IndexSpec spec() {
    return spec;
  }

  /** Rows that there were when it was written. */
  public int rows() {
    return rows;
  }

  /** The bytes of a section. */
  public MemorySegment section(String name) {
    MemorySegment section = sections.get(name);
    if (section == null) {
      throw new DamagedIndexException("it has no section " + name);
    }
    return section;
  }

  /** As {@link #section(String)}, of a length that is known. */
  public MemorySegment section(String name, long bytes) {
    MemorySegment section = section(name);
    if (section.byteSize() != bytes) {
      throw new DamagedIndexException(
          "section " + name + " has " + section.byteSize() + " bytes, it should have " + bytes);
    }
    return section;
  }

  private static long firstSection(IndexSpec spec, int sections) {
    return HEADER_BYTES
        + (long) ENTRY_BYTES * sections
        + spec.toString().getBytes(StandardCharsets.UTF_8).length;
  }

  private static long align(long offset) {
    return (offset + BlockReader.BLOCK_BYTES - 1) & -BlockReader.BLOCK_BYTES;
  }

  private static void check(String what, long offset, int written, int found) {
    if (written != found) {
      throw new DamagedIndexException(
          "%s at byte %d has checksum %08x, %08x was written"
              .formatted(what, offset, found, written));
    }
  }

  private static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    update(crc, bytes);
    return (int) crc.getValue();
  }

  private static void update(CRC32C crc, MemorySegment bytes) {
    // A buffer holds no more than 2 GiB.
    for (long at = 0; at < bytes.byteSize(); at += 1 << 30) {
      crc.update(bytes.asSlice(at, Math.min(1 << 30, bytes.byteSize() - at)).asByteBuffer());
    }
  }

  private static byte code(Metric metric) {
    return switch (metric) {
      case L2 -> 0;
      case L2_SQUARED -> 1;
      case COSINE -> 2;
      case NEGATIVE_INNER_PRODUCT -> 3;
      case L1 -> 4;
      case HAMMING -> 5;
      case JACCARD -> 6;
    };
  }

  private static byte code(Encoding encoding) {
    return switch (encoding) {
      case FLOAT32 -> 0;
      case FLOAT16 -> 1;
      case BFLOAT16 -> 2;
      case INT8 -> 3;
      case BINARY -> 4;
    };
  }

  private static ValueLayout.OfShort little(ValueLayout.OfShort layout) {
    return layout.withOrder(ByteOrder.LITTLE_ENDIAN);
  }
}
