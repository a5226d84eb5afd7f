package io.quiver.storage.segment;

import java.nio.charset.StandardCharsets;

/**
 * A segment's files: Arrow IPC files as Arrow's columnar specification (metadata version 5) has
 * them, little-endian, uncompressed, each with one record batch. Any Arrow reader opens them.
 *
 * <pre>
 * segments/&lt;uuid&gt;/data.arrow         all columns but vectors
 * segments/&lt;uuid&gt;/&lt;column&gt;.arrow     one VECTOR column
 * segments/&lt;uuid&gt;/statistics         {@link StatisticsFile}
 *
 * file    0   8  the ASCII letters ARROW1, two zeros
 *         8      schema message
 *         .      record batch message, padded so that its body begins at a multiple of 64
 *         .      body: buffers, each at a multiple of 64 and zeros up to the next
 *         .   8  end of stream: FF FF FF FF 00 00 00 00
 *         .      footer
 *         .   4  length of the footer
 *         .   6  the ASCII letters ARROW1
 * </pre>
 *
 * <p>The column {@code row_id} has the rows' ids, ascending. A segment that was written before its
 * transaction was committed has none: its ids are consecutive, from the first one that the manifest
 * or the commit's record gives. A table of vectors alone then has a data.arrow without columns,
 * whose record batch has the number of rows and no buffer.
 *
 * <p>Quiver's own part is custom metadata. Of the schema: {@code quiver.format}, major.minor;
 * {@code quiver.segment}, the UUID; {@code quiver.vectors} in data.arrow, the ids of the columns
 * with files of their own, separated by commas. Of a field: {@code quiver.column}, its id; {@code
 * quiver.type}, its SQL type; {@link ArrowField} gives Arrow's type for each. Of the footer, as
 * lower-case hexadecimal digits: {@code quiver.crc32c}, the CRC32Cs of the file's blocks, separated
 * by commas: all before the body, then each buffer with the zeros behind it, the last one up to the
 * footer; {@code quiver.crc32c.footer}, the CRC32C from the footer's start to the end of the file,
 * taken with zeros for these eight digits. So every byte has its checksum.
 */
final class SegmentFormat {
  static final String FORMAT = "quiver.format";
  static final String SEGMENT = "quiver.segment";
  static final String VECTORS = "quiver.vectors";
  static final String COLUMN = "quiver.column";
  static final String SQL_TYPE = "quiver.type";
  static final String BLOCK_CHECKSUMS = "quiver.crc32c";
  static final String FOOTER_CHECKSUM = "quiver.crc32c.footer";
  static final String NO_CHECKSUM = "00000000";

  static final String MAJOR = "3";
  static final String VERSION = MAJOR + ".0";
  static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
  static final int ALIGNMENT = 64;

  private SegmentFormat() {}

  static long aligned(long offset, int alignment) {
    return (offset + alignment - 1) / alignment * alignment;
  }

  static String digits(int checksum) {
    return "%08x".formatted(checksum);
  }

  static long bitmapBytes(long rows) {
    return (rows + 7) >> 3;
  }
}
