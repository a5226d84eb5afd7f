package io.quiver.storage.segment;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.cache.Content;
import io.quiver.storage.cache.FileRange;
import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.statistics.BloomFilter;
import io.quiver.storage.statistics.ColumnStatistics;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.ZoneMap;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The file {@code statistics} of a segment: what is known of its columns but the row ids.
 * Little-endian:
 *
 * <pre>
 *  0   8  the ASCII letters QUIVSTAT
 *  8   4  length of the header, its checksum included
 * 12  16  id of the segment, the higher half first
 * 28   4  rows
 * 32   4  number of columns; for each its id (4), its statistics ({@link ColumnStatistics}), and the
 *         lengths of its zone map (8) and of its Bloom filter (8), 0 where there is none
 *  .   4  CRC32C of the header before
 *  .      for each column in that order its zone map ({@link ZoneMap}) and its Bloom filter ({@link
 *         BloomFilter}), each with its CRC32C (4) behind it, which its length includes
 * </pre>
 *
 * <p>Its version is the segment's. The header is read once; zone maps and filters are read and
 * checked when they are first asked for. Safe for many threads.
 */
final class StatisticsFile {
  static final String NAME = "statistics";
  private static final byte[] MAGIC = "QUIVSTAT".getBytes(StandardCharsets.US_ASCII);
  private static final int PREFIX_BYTES = 36;
  private static final int CHECKSUM_BYTES = 4;
  private static final Comparator<ColumnId> BY_ID = Comparator.comparingInt(ColumnId::value);

  private final SegmentCache cache;
  private final String path;
  private final Map<ColumnId, Stored> columns;
  private final long bytes;

  private StatisticsFile(
      SegmentCache cache, String path, Map<ColumnId, Stored> columns, long bytes) {
    this.cache = cache;
    this.path = path;
    this.columns = columns;
    this.bytes = bytes;
  }

  /** Writes an empty file, without forcing it. */
  static void write(
      StorageFile file, UUID segment, int rows, Map<ColumnId, ColumnSummary.Known> columns) {
    ByteWriter header = new ByteWriter(4_096);
    header.putBytes(MemorySegment.ofArray(MAGIC), 0, MAGIC.length).putInt(0);
    header.putLong(segment.getMostSignificantBits()).putLong(segment.getLeastSignificantBits());
    header.putInt(rows).putInt(columns.size());
    List<MemorySegment> sections = new ArrayList<>();
    columns.forEach((id, summary) -> {
      header.putInt(id.value());
      summary.statistics().write(header);
      header.putLong(add(summary.zones(), ZoneMap::write, sections));
      header.putLong(add(summary.filter(), BloomFilter::write, sections));
    });
    header.putInt(0);
    MemorySegment head = header.bytes();
    long checked = head.byteSize() - CHECKSUM_BYTES;
    ByteWriter length = new ByteWriter(4).putInt((int) head.byteSize());
    MemorySegment.copy(length.bytes(), 0, head, MAGIC.length, 4);
    MemorySegment checksum =
        new ByteWriter(4).putInt(Checksum.of(head.asSlice(0, checked))).bytes();
    MemorySegment.copy(checksum, 0, head, checked, CHECKSUM_BYTES);
    file.append(head);
    sections.forEach(file::append);
  }

  private static <T> long add(
      @Nullable T value, BiConsumer<T, ByteWriter> writer, List<MemorySegment> sections) {
    if (value == null) {
      return 0;
    }
    ByteWriter out = new ByteWriter(4_096);
    writer.accept(value, out);
    // The bytes are asked for once; a checksum behind them is a section of its own.
    MemorySegment section = out.bytes();
    sections.add(section);
    sections.add(new ByteWriter(CHECKSUM_BYTES).putInt(Checksum.of(section)).bytes());
    return section.byteSize() + CHECKSUM_BYTES;
  }

  /**
   * Reads the header.
   *
   * @throws CorruptionException when it is missing or damaged, or belongs to another segment
   */
  static StatisticsFile open(SegmentCache cache, UUID segment, int rows) {
    FileSystem files = cache.files();
    String path = SegmentDirectory.path(segment) + "/" + NAME;
    if (!files.exists(path)) {
      throw new CorruptionException(files.describe(path), 0, "the file is missing");
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      long size = file.size();
      ByteReader prefix = new ByteReader(file.name(), file.read(0, Math.min(size, PREFIX_BYTES)));
      for (byte letter : MAGIC) {
        if (prefix.getByte() != letter) {
          throw new CorruptionException(file.name(), 0, "these are no statistics");
        }
      }
      int length = prefix.getInt();
      if (length < PREFIX_BYTES + CHECKSUM_BYTES || length > size) {
        throw new CorruptionException(
            file.name(), MAGIC.length, "a header of %d bytes of %d".formatted(length, size));
      }
      ByteReader header = new ByteReader(file.name(), checked(file, 0, length));
      header.getLong();
      header.getInt();
      UUID found = new UUID(header.getLong(), header.getLong());
      int foundRows = header.getInt();
      if (!found.equals(segment) || foundRows != rows) {
        throw new CorruptionException(
            file.name(), 12, "it belongs to segment %s of %d rows".formatted(found, foundRows));
      }
      StatisticsFile opened = new StatisticsFile(cache, path, new TreeMap<>(BY_ID), size);
      opened.readColumns(header, length, rows);
      return opened;
    }
  }

  private void readColumns(ByteReader header, long headerBytes, int rows) {
    long at = headerBytes;
    int count = header.getCount(4);
    for (int i = 0; i < count; i++) {
      ColumnId id = new ColumnId(header.getInt());
      ColumnStatistics statistics = ColumnStatistics.read(header);
      if (statistics.rows() != rows) {
        throw header.damaged("column " + id.value() + " has " + statistics.rows() + " rows");
      }
      Section zones = new Section(at, header.getLong());
      Section filter = new Section(zones.end(), header.getLong());
      at = filter.end();
      if (zones.length() < 0 || filter.length() < 0 || at > bytes) {
        throw header.damaged("column " + id.value() + " ends at " + at + " of " + bytes);
      }
      columns.put(id, new Stored(statistics, zones, filter));
    }
    header.expectEnd();
    if (at != bytes) {
      throw header.damaged("the file ends at " + bytes + ", not at " + at);
    }
  }

  /** Bytes of the file, without the checksum behind them. */
  private static MemorySegment checked(StorageFile file, long at, long length) {
    MemorySegment bytes = file.read(at, length);
    MemorySegment content = bytes.asSlice(0, length - CHECKSUM_BYTES);
    int stored = new ByteReader(file.name(), bytes.asSlice(length - CHECKSUM_BYTES)).getInt();
    int computed = Checksum.of(content);
    if (stored != computed) {
      throw CorruptionException.checksum(
          file.name(), at + length - CHECKSUM_BYTES, stored, computed);
    }
    return content;
  }

  /** The columns of which something is known. */
  Map<ColumnId, ? extends ColumnSummary> columns() {
    return columns;
  }

  /** What is read of a column when it is wanted. */
  List<Cached<?>> cached(ColumnId column) {
    Stored stored = columns.get(column);
    return stored == null
        ? List.of()
        : Stream.of(stored.zonesRead, stored.filterRead)
            .<Cached<?>>mapMulti((cached, all) -> {
              if (cached != null) {
                all.accept(cached);
              }
            })
            .toList();
  }

  /** The length of the file. */
  long bytes() {
    return bytes;
  }

  /** Where a zone map or a filter is; of no length where there is none. */
  private record Section(long at, long length) {
    long end() {
      return at + length;
    }
  }

  /** Of a section, or null where there is none. */
  private <T> @Nullable Cached<T> cached(Section section, Function<ByteReader, T> reader) {
    return section.length() == 0
        ? null
        : cache.add(
            Content.STATISTICS,
            new FileRange(path, section.at(), section.length()),
            through -> read(through, section, reader));
  }

  private <T> T read(FileSystem through, Section section, Function<ByteReader, T> reader) {
    if (section.length() <= CHECKSUM_BYTES) {
      throw new CorruptionException(
          through.describe(path), section.at(), section.length() + " bytes of a column");
    }
    try (StorageFile file = through.open(path, FileSystem.Mode.READ)) {
      ByteReader in = new ByteReader(file.name(), checked(file, section.at(), section.length()));
      T value = reader.apply(in);
      in.expectEnd();
      return value;
    }
  }

  /** A column; what is large is read when it is wanted. */
  private final class Stored implements ColumnSummary {
    private final ColumnStatistics statistics;
    private final Section zones;
    private final @Nullable Cached<ZoneMap> zonesRead;
    private final @Nullable Cached<BloomFilter> filterRead;

    Stored(ColumnStatistics statistics, Section zones, Section filter) {
      this.statistics = statistics;
      this.zones = zones;
      this.zonesRead = cached(zones, in -> ZoneMap.read(statistics.type(), in));
      this.filterRead = cached(filter, BloomFilter::read);
    }

    @Override
    public ColumnStatistics statistics() {
      return statistics;
    }

    @Override
    public @Nullable ZoneMap zones() {
      ZoneMap known = zonesRead == null ? null : zonesRead.get();
      if (known != null && known.rows() != statistics.rows()) {
        throw new CorruptionException(
            cache.files().describe(path), zones.at(), "zones of " + known.rows() + " rows");
      }
      return known;
    }

    @Override
    public @Nullable BloomFilter filter() {
      return filterRead == null ? null : filterRead.get();
    }
  }
}
