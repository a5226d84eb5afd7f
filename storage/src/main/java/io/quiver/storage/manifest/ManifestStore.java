package io.quiver.storage.manifest;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogCodec;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableCodec;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MetaStore;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.memtable.DeletedRows;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Manifests as files {@code meta/manifest-<number>}; the head {@code manifest} of the {@link
 * MetaStore} names the one that counts. Little-endian:
 *
 * <pre>
 *  0  8  the ASCII letters QUIVMANI
 *  8  2  major version, 3
 * 10  2  minor version, 0
 * 12     number (8), commit version (8), position in the log (8 + 8), catalog version (8), next
 *        table (8), number of schemas (4) and each one's name (text), number of views (4) and each
 *        view, number of indexes (4) and each index, number of sequences (4) and each sequence ({@link
 *        CatalogCodec}), number of tables (4);
 *        for each its definition ({@link TableCodec}), next row id
 *        (8), next identity (8), number of segments (4); for each its id (16, the higher half
 *        first), id of the first row (8), rows (4), bytes (8), deleted rows ({@link DeletedRows#write})
 *  .  4  CRC32C of everything before
 * </pre>
 *
 * <p>Owned by one thread at a time.
 */
public final class ManifestStore {
  private static final String DIRECTORY = "meta";
  private static final String PREFIX = "manifest-";
  private static final String TEMPORARY = "tmp/manifest";
  private static final MetaStore.Key HEAD = new MetaStore.Key("manifest");
  private static final long MAGIC = 0x494E_414D_5649_5551L;
  private static final int MAJOR = 4;
  private static final int MINOR = 0;

  private final FileSystem files;
  private final MetaStore heads;

  public ManifestStore(FileSystem files, MetaStore heads) {
    this.files = files;
    this.heads = heads;
  }

  /**
   * The manifest that was installed last, or {@link Manifest#EMPTY}.
   *
   * @throws CorruptionException when it is damaged or missing
   */
  public Manifest read() {
    MetaStore.@Nullable Versioned head = heads.get(HEAD);
    if (head == null) {
      return Manifest.EMPTY;
    }
    String name = new String(head.value().toArray(JAVA_BYTE), StandardCharsets.US_ASCII);
    String path = DIRECTORY + "/" + name;
    if (!files.exists(path)) {
      throw new CorruptionException(files.describe(path), 0, "the file is missing");
    }
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      if (file.size() < 16) {
        throw new CorruptionException(file.name(), 0, "it has only " + file.size() + " bytes");
      }
      return decode(file.name(), file.read(0, file.size()));
    }
  }

  /** Makes a manifest the one that counts, durably. The older one may go then. */
  public void install(Manifest manifest) {
    MetaStore.@Nullable Versioned head = heads.get(HEAD);
    String name = name(manifest);
    files.delete(TEMPORARY);
    try (StorageFile file = files.open(TEMPORARY, FileSystem.Mode.CREATE)) {
      file.append(encode(manifest));
      file.force();
    }
    files.rename(TEMPORARY, DIRECTORY + "/" + name);
    files.syncDirectory(DIRECTORY);
    long version = head == null ? MetaStore.Versioned.ABSENT : head.version();
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    heads.commit(
        List.of(new MetaStore.Expect(HEAD, version)),
        List.of(new MetaStore.Put(HEAD, MemorySegment.ofArray(ascii))));
  }

  /** What the file of a manifest is called. */
  public static String name(Manifest manifest) {
    return PREFIX + String.format(Locale.ROOT, "%016d", manifest.number());
  }

  /** Removes all manifests but one. */
  public void removeOthers(Manifest current) {
    String name = name(current);
    for (String found : files.list(DIRECTORY)) {
      if (found.startsWith(PREFIX) && !found.equals(name)) {
        files.delete(DIRECTORY + "/" + found);
      }
    }
  }

  private static MemorySegment encode(Manifest manifest) {
    ByteWriter out = new ByteWriter(4_096);
    out.putLong(MAGIC).putByte(MAJOR).putByte(0).putByte(MINOR).putByte(0);
    out.putLong(manifest.number()).putLong(manifest.commitVersion());
    out.putLong(manifest.replayFrom().major()).putLong(manifest.replayFrom().minor());
    out.putLong(manifest.catalog().version()).putLong(manifest.nextTable());
    CatalogCodec.writeList(manifest.catalog().schemas(), out, (schema, o) -> o.putText(schema));
    CatalogCodec.writeList(manifest.catalog().views(), out, CatalogCodec::write);
    CatalogCodec.writeList(manifest.catalog().indexes(), out, CatalogCodec::write);
    CatalogCodec.writeList(manifest.catalog().sequences(), out, CatalogCodec::write);
    out.putInt(manifest.tables().size());
    for (Manifest.Table table : manifest.tables()) {
      TableCodec.write(table.definition(), out);
      out.putLong(table.nextRowId()).putLong(table.nextIdentity());
      out.putInt(table.segments().size());
      for (Manifest.Segment segment : table.segments()) {
        out.putLong(segment.id().getMostSignificantBits());
        out.putLong(segment.id().getLeastSignificantBits());
        out.putLong(segment.firstRowId()).putInt(segment.rowCount()).putLong(segment.sizeInBytes());
        segment.deleted().write(out);
      }
    }
    return out.putInt(checksum(out.bytes())).bytes();
  }

  private static Manifest decode(String name, MemorySegment bytes) {
    ByteReader in = new ByteReader(name, bytes.asSlice(0, bytes.byteSize() - 4));
    if (in.getLong() != MAGIC) {
      throw new CorruptionException(name, 0, "this is no manifest");
    }
    long at = bytes.byteSize() - 4;
    int stored = new ByteReader(name, bytes.asSlice(at)).getInt();
    int computed = checksum(bytes.asSlice(0, at));
    if (stored != computed) {
      throw CorruptionException.checksum(name, at, stored, computed);
    }
    int major = in.getByte() | in.getByte() << 8;
    int minor = in.getByte() | in.getByte() << 8;
    if (major != MAJOR) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          name
              + " has format "
              + major
              + "."
              + minor
              + ", this Quiver reads "
              + MAJOR
              + "."
              + MINOR);
    }
    long number = in.getLong();
    long commitVersion = in.getLong();
    Lsn replayFrom = new Lsn(in.getLong(), in.getLong());
    long catalogVersion = in.getLong();
    long nextTable = in.getLong();
    List<String> schemas = CatalogCodec.readList(in, 4, ByteReader::getText);
    List<ViewDefinition> views = CatalogCodec.readList(in, 8, CatalogCodec::readView);
    List<IndexDefinition> indexes = CatalogCodec.readList(in, 8, CatalogCodec::readIndex);
    List<SequenceDefinition> sequences = CatalogCodec.readList(in, 8, CatalogCodec::readSequence);
    int tableCount = in.getCount(8);
    List<Manifest.Table> tables = new ArrayList<>();
    for (int i = 0; i < tableCount; i++) {
      tables.add(readTable(in));
    }
    in.expectEnd();
    List<TableDefinition> definitions = tables.stream().map(Manifest.Table::definition).toList();
    Catalog catalog = new Catalog(catalogVersion, schemas, definitions, views, indexes, sequences);
    return new Manifest(number, commitVersion, replayFrom, catalog, nextTable, tables);
  }

  private static Manifest.Table readTable(ByteReader in) {
    TableDefinition definition = TableCodec.read(in);
    long nextRowId = in.getLong();
    long nextIdentity = in.getLong();
    int segmentCount = in.getCount(40);
    List<Manifest.Segment> segments = new ArrayList<>();
    for (int i = 0; i < segmentCount; i++) {
      UUID id = new UUID(in.getLong(), in.getLong());
      long firstRowId = in.getLong();
      int rowCount = in.getInt();
      long sizeInBytes = in.getLong();
      segments.add(
          new Manifest.Segment(
              id, firstRowId, rowCount, sizeInBytes, DeletedRows.read(in, rowCount)));
    }
    return new Manifest.Table(definition, nextRowId, nextIdentity, segments);
  }

  private static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    // A buffer holds at most 2 GiB.
    for (long at = 0; at < bytes.byteSize(); at += 1L << 30) {
      long count = Math.min(1L << 30, bytes.byteSize() - at);
      crc.update(bytes.asSlice(at, count).asByteBuffer());
    }
    return (int) crc.getValue();
  }
}
