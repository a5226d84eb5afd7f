package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.transaction.SegmentView;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The files in {@code src/test/resources/golden} are a database as {@link GoldenDatabase} made it.
 * They are opened, and they are what it makes today: whoever changes what is written raises the
 * version of its format, and then makes the files again with
 *
 * <pre>
 * ./mvnw -pl storage -am test -Dtest=GoldenFilesTest -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.write=true
 * </pre>
 */
class GoldenFilesTest {
  private static final Path GOLDEN = Path.of("src", "test", "resources", "golden");

  @BeforeAll
  static void writeWhereAsked() throws IOException {
    if (Boolean.getBoolean("golden.write")) {
      if (Files.exists(GOLDEN)) {
        try (Stream<Path> old = Files.walk(GOLDEN)) {
          for (Path path : old.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(path);
          }
        }
      }
      for (Map.Entry<String, byte[]> file : made().entrySet()) {
        Path path = GOLDEN.resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
    }
  }

  /** The files that are made today. */
  private static Map<String, byte[]> made() {
    MemoryFileSystem files = new MemoryFileSystem();
    GoldenDatabase.write(files);
    return contents(files);
  }

  private static Map<String, byte[]> golden() {
    return contents(new LocalFileSystem(GOLDEN));
  }

  /** All files but the lock, which names a process. */
  private static Map<String, byte[]> contents(FileSystem files) {
    Map<String, byte[]> contents = new TreeMap<>();
    collect(files, "", contents);
    contents.remove(DatabaseFormat.LOCK);
    return contents;
  }

  private static void collect(FileSystem files, String directory, Map<String, byte[]> contents) {
    for (String name : files.list(directory)) {
      String path = directory.isEmpty() ? name : directory + "/" + name;
      if (files.isFile(path)) {
        try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
          long size = file.size();
          contents.put(
              path, size == 0 ? new byte[0] : file.read(0, size).toArray(ValueLayout.JAVA_BYTE));
        }
      } else {
        collect(files, path, contents);
      }
    }
  }

  private static MemoryFileSystem of(Map<String, byte[]> contents) {
    MemoryFileSystem files = new MemoryFileSystem();
    files.open(DatabaseFormat.LOCK, FileSystem.Mode.CREATE).close();
    contents.forEach((path, bytes) -> {
      int slash = path.lastIndexOf('/');
      files.createDirectories(slash < 0 ? "" : path.substring(0, slash));
      try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
        file.append(MemorySegment.ofArray(bytes));
      }
    });
    return files;
  }

  private static StoreOptions options(FileSystem files) {
    return new StoreOptions(files, new Random(1), 1 << 20, false);
  }

  @Test
  void theGoldenDatabaseHoldsWhatWasCommitted() {
    MemoryFileSystem files = of(golden());
    Tables.assertClean(files, "golden");
    String expected;
    // Never written to segments: what a log gives back must be what was put into memory.
    try (LocalStore store = LocalStore.inMemory()) {
      GoldenDatabase.make(store, () -> {});
      try (Snapshot snapshot = store.snapshot()) {
        expected = GoldenDatabase.describe(snapshot);
      }
    }
    try (LocalStore store = LocalStore.openReadOnly(options(files));
        Snapshot snapshot = store.snapshot()) {
      assertThat(GoldenDatabase.describe(snapshot)).isEqualTo(expected);
    }
    try (LocalStore store = LocalStore.open(options(files))) {
      store.flush();
    }
    try (LocalStore store = LocalStore.open(options(files));
        Snapshot snapshot = store.snapshot()) {
      assertThat(GoldenDatabase.describe(snapshot)).isEqualTo(expected);
    }
  }

  @Test
  void whatIsWrittenTodayIsWhatTheGoldenFilesHold() {
    Map<String, byte[]> golden = golden();
    Map<String, byte[]> made = made();
    String advice = "a format has changed: raise its version, and see the Javadoc of this test";
    assertThat(made.keySet()).as(advice).isEqualTo(golden.keySet());
    made.forEach(
        (path, bytes) -> assertThat(bytes).as(path + ": " + advice).isEqualTo(golden.get(path)));
  }

  /** A file with a version of its own, and where it is. */
  enum Versioned {
    FORMAT("FORMAT"),
    HEADS("meta/heads"),
    MANIFEST("meta/manifest-"),
    LOG("log/"),
    COMMIT("log/"),
    SEGMENT("segments/");

    private final String prefix;

    Versioned(String prefix) {
      this.prefix = prefix;
    }
  }

  private static byte[] newer(Versioned kind, byte[] bytes) {
    return switch (kind) {
      case FORMAT -> newerFormat(bytes);
      case HEADS, MANIFEST -> newerHeader(bytes, bytes.length - 4);
      case LOG -> newerHeader(bytes, 44);
      case COMMIT -> newerRecord(bytes);
      case SEGMENT -> newerSegment(bytes);
    };
  }

  @ParameterizedTest
  @EnumSource
  void aNewerVersionIsRefusedWithFileFoundAndWanted(Versioned kind) {
    Map<String, byte[]> contents = golden();
    String path =
        contents.keySet().stream().filter(p -> p.startsWith(kind.prefix)).findFirst().orElseThrow();
    byte[] bytes = Objects.requireNonNull(contents.get(path));
    int wanted = version(kind, bytes);
    contents.put(path, newer(kind, bytes));
    MemoryFileSystem files = of(contents);
    assertThatThrownBy(() -> LocalStore.open(options(files)))
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_FORMAT))
        .hasMessageContaining(kind == Versioned.COMMIT ? "log record 1/" : path)
        .hasMessageMatching("(?s).*\\b" + (wanted + 1) + "\\b.*\\breads \\D*" + wanted + "\\b.*");
    // But for the epoch, which a writer takes before it reads the log.
    contents.remove("meta/heads");
    assertThat(contents(files)).as("nothing is changed").containsAllEntriesOf(contents);
  }

  /** It is derived: whoever wants it does without until it has been made again. */
  @Test
  void anIndexOfANewerVersionIsMadeAnew() {
    Map<String, byte[]> contents = golden();
    List<String> indexes = contents.keySet().stream().filter(p -> p.endsWith(".index")).toList();
    assertThat(indexes).as("sorted, and bitmaps").hasSize(2);
    for (String path : indexes) {
      contents.computeIfPresent(path, (same, bytes) -> newerHeader(bytes, bytes.length - 4));
    }
    MemoryFileSystem files = of(contents);
    try (LocalStore store = LocalStore.open(options(files))) {
      assertThat(indexed(store)).isZero();
      store.buildIndexes();
      assertThat(indexed(store)).isEqualTo(2);
    }
    Map<String, byte[]> made = contents(files);
    for (String path : indexes) {
      assertThat(made.get(path)).as(path).isEqualTo(golden().get(path));
    }
  }

  /** How many indexes of segments there are. */
  private static int indexed(LocalStore store) {
    int found = 0;
    try (Snapshot snapshot = store.snapshot()) {
      for (IndexDefinition index : snapshot.catalog().indexes()) {
        for (SegmentView segment : snapshot.table(index.table()).segments()) {
          found += snapshot.index(index, segment) == null ? 0 : 1;
        }
      }
    }
    return found;
  }

  private static int version(Versioned kind, byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return switch (kind) {
      case FORMAT -> text.charAt("quiver ".length()) - '0';
      case HEADS, MANIFEST, LOG -> bytes[8];
      case COMMIT -> bytes[lastRecord(bytes) + 24];
      case SEGMENT -> text.charAt(text.lastIndexOf("quiver.format") - 8) - '0';
    };
  }

  private static int crc32c(byte[] bytes, int from, int to) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, from, to - from);
    return (int) checksum.getValue();
  }

  private static byte[] newerFormat(byte[] bytes) {
    String line = new String(bytes, StandardCharsets.US_ASCII);
    char major = line.charAt("quiver ".length());
    String version = "quiver " + (char) (major + 1) + ".0";
    byte[] text = version.getBytes(StandardCharsets.US_ASCII);
    return (version + " %08x\n".formatted(crc32c(text, 0, text.length)))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] newerHeader(byte[] bytes, int checksumAt) {
    byte[] newer = bytes.clone();
    newer[8]++;
    ByteBuffer.wrap(newer)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(checksumAt, crc32c(newer, 0, checksumAt));
    return newer;
  }

  /** Where the last record begins. */
  private static int lastRecord(byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int record = 48;
    for (int next = record; next < bytes.length; next += 24 + buffer.getInt(next)) {
      record = next;
    }
    return record;
  }

  /** The last record, which is in no segment; its checksum begins with the file's salt. */
  private static byte[] newerRecord(byte[] bytes) {
    byte[] newer = bytes.clone();
    ByteBuffer buffer = ByteBuffer.wrap(newer).order(ByteOrder.LITTLE_ENDIAN);
    int record = lastRecord(bytes);
    int payload = record + 24;
    newer[payload]++;
    CRC32C checksum = new CRC32C();
    checksum.update(newer, 32, 8);
    checksum.update(newer, record, 20);
    checksum.update(newer, payload, buffer.getInt(record));
    buffer.putInt(record + 20, (int) checksum.getValue());
    return newer;
  }

  /** The footer's schema, and the footer's checksum, which is taken with zeros in its place. */
  private static byte[] newerSegment(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    int trailer = bytes.length - 10;
    int footer = trailer - ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(trailer);
    byte[] newer = bytes.clone();
    newer[text.lastIndexOf("quiver.format") - 8]++;
    int digits = -1;
    for (int at = footer; at < trailer - 8; at++) {
      String candidate = text.substring(at, at + 8);
      byte[] zeroed = bytes.clone();
      Arrays.fill(zeroed, at, at + 8, (byte) '0');
      if (candidate.matches("[0-9a-f]{8}")
          && candidate.equals("%08x".formatted(crc32c(zeroed, footer, zeroed.length)))) {
        digits = at;
      }
    }
    Arrays.fill(newer, digits, digits + 8, (byte) '0');
    byte[] checksum =
        "%08x".formatted(crc32c(newer, footer, newer.length)).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(checksum, 0, newer, digits, 8);
    return newer;
  }
}
