package io.quiver.storage;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The file {@code FORMAT}: one line of ASCII, {@code quiver}, the version of the directory's layout
 * as {@code major.minor}, and the CRC32C of what is before it and its space as eight lower-case
 * hexadecimal digits, separated by single spaces. A reader accepts any minor version of its major
 * one.
 */
final class DatabaseFormat {
  static final String LOCK = "LOCK";
  private static final String PATH = "FORMAT";
  private static final String TEMPORARY = "FORMAT.new";
  private static final int MAJOR = 5;
  private static final int MINOR = 0;
  private static final int BYTES_MAX = 64;
  private static final Pattern LINE =
      Pattern.compile("(quiver (\\d{1,9})\\.\\d{1,9})(?: ([0-9a-f]{8}))?\n");

  /** What may lie in a directory that is to become a database. */
  private static final Set<String> HARMLESS = Set.of(LOCK, TEMPORARY, "lost+found");

  private DatabaseFormat() {}

  /**
   * Checks the format, and writes it where there is no database yet.
   *
   * @throws QuiverException 58P01 for another major version, or a directory with other files
   */
  static void check(FileSystem files) {
    if (files.exists(PATH)) {
      try (StorageFile file = files.open(PATH, FileSystem.Mode.READ)) {
        check(file);
      }
      // A process that was killed may have left the name in the page cache alone.
      files.syncDirectory("");
      return;
    }
    for (String name : files.list("")) {
      if (!HARMLESS.contains(name)) {
        throw new QuiverException(
            ErrorCode.UNSUPPORTED_FORMAT,
            files.describe("")
                + " is no Quiver database: it holds "
                + name
                + " and no file FORMAT; an empty directory is wanted for a new one");
      }
    }
    files.delete(TEMPORARY);
    try (StorageFile file = files.open(TEMPORARY, FileSystem.Mode.CREATE)) {
      String version = "quiver " + MAJOR + "." + MINOR;
      String line = version + " " + checksum(version) + "\n";
      file.append(MemorySegment.ofArray(line.getBytes(StandardCharsets.US_ASCII)));
      file.force();
    }
    files.rename(TEMPORARY, PATH);
    files.syncDirectory("");
  }

  /**
   * Checks the format of a database that is there, and changes nothing.
   *
   * @throws QuiverException 58P01 where there is none, or for another major version
   */
  static void checkExisting(FileSystem files) {
    if (!files.exists(PATH)) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          files.describe("") + " is no Quiver database: it has no file " + PATH);
    }
    try (StorageFile file = files.open(PATH, FileSystem.Mode.READ)) {
      check(file);
    }
  }

  private static void check(StorageFile file) {
    if (file.size() > BYTES_MAX) {
      throw new CorruptionException(
          file.name(), 0, "it has " + file.size() + " bytes, at most " + BYTES_MAX + " are wanted");
    }
    byte[] bytes = file.size() == 0 ? new byte[0] : file.read(0, file.size()).toArray(JAVA_BYTE);
    String line = new String(bytes, StandardCharsets.ISO_8859_1);
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new CorruptionException(
          file.name(),
          0,
          "wanted 'quiver %d.%d' and a checksum, found '%s'".formatted(MAJOR, MINOR, line.strip()));
    }
    if (Integer.parseInt(matcher.group(2)) != MAJOR) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          "%s says that the database is '%s', this Quiver reads %d.%d"
              .formatted(file.name(), matcher.group(1), MAJOR, MINOR));
    }
    String computed = checksum(matcher.group(1));
    if (!computed.equals(matcher.group(3))) {
      throw new CorruptionException(
          file.name(), 0, "checksum " + matcher.group(3) + " stored, " + computed + " computed");
    }
  }

  private static String checksum(String version) {
    CRC32C crc = new CRC32C();
    crc.update(version.getBytes(StandardCharsets.US_ASCII));
    return "%08x".formatted(crc.getValue());
  }
}
