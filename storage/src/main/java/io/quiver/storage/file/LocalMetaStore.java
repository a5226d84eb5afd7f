package io.quiver.storage.file;

import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * All keys in one small file, {@code meta/heads}, which every commit replaces by an atomic rename.
 * One lock, this object, guards everything. All numbers are little-endian:
 *
 * <pre>
 *  0  8  the ASCII letters QUIVMETA
 *  8  2  major version, 1
 * 10  2  minor version, 0
 * 12  4  number of keys
 * 16  8  the version of the newest value
 * 24     for each key, in order: its version (8), the length of its name (4) and of its value (4),
 *        its name in UTF-8, its value
 *  .  4  CRC32C of everything before
 * </pre>
 */
public final class LocalMetaStore implements MetaStore {
  private static final String DIRECTORY = "meta";
  private static final String PATH = DIRECTORY + "/heads";
  private static final String TEMPORARY = DIRECTORY + "/heads.new";
  private static final String MAGIC = "QUIVMETA";
  private static final short MAJOR = 1;
  private static final short MINOR = 0;
  private static final int HEADER_BYTES = 24;

  /** Heads and epochs are small; whoever stores more has the wrong idea of this store. */
  private static final long FILE_BYTES_MAX = 64L << 20;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final FileSystem files;
  private final List<LocalWatch> watches = new ArrayList<>();
  private TreeMap<String, Versioned> values = new TreeMap<>();
  private long newestVersion;

  /** Why no more can be committed; null while it can. */
  private @Nullable QuiverException refusal;

  /**
   * Opens the store of a database, empty where there is none yet.
   *
   * @throws CorruptionException when the file's content does not give its checksum
   */
  public LocalMetaStore(FileSystem files) {
    this.files = files;
    files.createDirectories(DIRECTORY);
    if (files.exists(PATH)) {
      try (StorageFile file = files.open(PATH, FileSystem.Mode.READ)) {
        decode(file.name(), file.size() == 0 ? MemorySegment.NULL : file.read(0, file.size()));
      }
    }
  }

  @Override
  public synchronized @Nullable Versioned get(Key key) {
    return values.get(key.name());
  }

  @Override
  public synchronized void commit(List<Expect> expected, List<Put> puts) {
    if (refusal != null) {
      throw new QuiverException(
          refusal.code(), "heads cannot be changed any more: " + refusal.getMessage(), refusal);
    }
    for (Expect expect : expected) {
      long found = version(expect.key());
      if (found != expect.version()) {
        throw new QuiverException(
            ErrorCode.SERIALIZATION_FAILURE,
            expect.key().name() + " has version " + found + ", expected " + expect.version());
      }
    }
    TreeMap<String, Versioned> changed = new TreeMap<>(values);
    long version = newestVersion;
    for (Put put : puts) {
      version++;
      MemorySegment value = put.value();
      if (value == null) {
        changed.remove(put.key().name());
      } else {
        MemorySegment copy =
            Arena.ofAuto().allocate(value.byteSize(), 8).copyFrom(value).asReadOnly();
        changed.put(put.key().name(), new Versioned(copy, version));
      }
    }
    replaceFile(encode(changed, version));
    values = changed;
    newestVersion = version;
    tellWatches();
  }

  private void replaceFile(MemorySegment content) {
    files.delete(TEMPORARY);
    try (StorageFile file = files.open(TEMPORARY, FileSystem.Mode.CREATE)) {
      file.write(0, content);
      file.force();
    }
    try {
      files.rename(TEMPORARY, PATH);
      files.syncDirectory(DIRECTORY);
    } catch (QuiverException e) {
      // The file may be the old one or the new one now: only opening it again can tell.
      refusal = e;
      throw e;
    }
  }

  private static MemorySegment encode(Map<String, Versioned> values, long newestVersion) {
    long bytes = HEADER_BYTES + 4L;
    for (Map.Entry<String, Versioned> entry : values.entrySet()) {
      bytes += 16 + utf8(entry.getKey()).byteSize() + entry.getValue().value().byteSize();
    }
    if (bytes > FILE_BYTES_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "the heads of a database take at most " + FILE_BYTES_MAX + " bytes, found " + bytes);
    }
    MemorySegment file = Arena.ofAuto().allocate(bytes);
    file.asSlice(0, 8).copyFrom(utf8(MAGIC));
    file.set(SHORT, 8, MAJOR);
    file.set(SHORT, 10, MINOR);
    file.set(INT, 12, values.size());
    file.set(LONG, 16, newestVersion);
    long at = HEADER_BYTES;
    for (Map.Entry<String, Versioned> entry : values.entrySet()) {
      MemorySegment name = utf8(entry.getKey());
      MemorySegment value = entry.getValue().value();
      file.set(LONG, at, entry.getValue().version());
      file.set(INT, at + 8, (int) name.byteSize());
      file.set(INT, at + 12, (int) value.byteSize());
      MemorySegment.copy(name, 0, file, at + 16, name.byteSize());
      MemorySegment.copy(value, 0, file, at + 16 + name.byteSize(), value.byteSize());
      at += 16 + name.byteSize() + value.byteSize();
    }
    file.set(INT, at, checksum(file.asSlice(0, at)));
    return file;
  }

  private void decode(String name, MemorySegment file) {
    long end = file.byteSize() - 4;
    if (end < HEADER_BYTES) {
      throw new CorruptionException(name, file.byteSize(), "the file ends in its header");
    }
    int stored = file.get(INT, end);
    int computed = checksum(file.asSlice(0, end));
    if (stored != computed) {
      throw CorruptionException.checksum(name, 0, stored, computed);
    }
    if (file.asSlice(0, 8).mismatch(utf8(MAGIC)) >= 0) {
      throw new CorruptionException(name, 0, "it is not a file of heads");
    }
    if (file.get(SHORT, 8) != MAJOR) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          name + " has format " + file.get(SHORT, 8) + ", this Quiver reads " + MAJOR);
    }
    newestVersion = file.get(LONG, 16);
    long at = HEADER_BYTES;
    for (int i = 0; i < file.get(INT, 12); i++) {
      int nameBytes = file.get(INT, at + 8);
      int valueBytes = file.get(INT, at + 12);
      byte[] key = file.asSlice(at + 16, nameBytes).toArray(ValueLayout.JAVA_BYTE);
      MemorySegment value = file.asSlice(at + 16 + nameBytes, valueBytes).asReadOnly();
      values.put(new String(key, StandardCharsets.UTF_8), new Versioned(value, file.get(LONG, at)));
      at += 16L + nameBytes + valueBytes;
    }
  }

  private static MemorySegment utf8(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  private static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return (int) crc.getValue();
  }

  private long version(Key key) {
    Versioned found = values.get(key.name());
    return found == null ? Versioned.ABSENT : found.version();
  }

  @Override
  public synchronized Watch watch(Key key) {
    LocalWatch watch = new LocalWatch(key, version(key));
    watches.add(watch);
    return watch;
  }

  private void tellWatches() {
    List<LocalWatch> fired = new ArrayList<>();
    for (LocalWatch watch : watches) {
      if (version(watch.key) != watch.version) {
        fired.add(watch);
      }
    }
    watches.removeAll(fired);
    // On another thread: whoever hangs on a watch may well come back here.
    fired.forEach(watch -> watch.changed.completeAsync(() -> null));
  }

  private synchronized void forget(LocalWatch watch) {
    watches.remove(watch);
  }

  @Override
  public synchronized void close() {
    watches.forEach(watch -> watch.changed.cancel(false));
    watches.clear();
    refusal = new QuiverException(ErrorCode.IO_ERROR, "the store of heads was closed");
  }

  private final class LocalWatch implements Watch {
    final Key key;
    final long version;
    final CompletableFuture<@Nullable Void> changed = new CompletableFuture<>();

    LocalWatch(Key key, long version) {
      this.key = key;
      this.version = version;
    }

    @Override
    public CompletableFuture<@Nullable Void> changed() {
      return changed;
    }

    @Override
    public void close() {
      forget(this);
    }
  }
}
