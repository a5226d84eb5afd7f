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

/**
 * The file {@code FORMAT}: one line of ASCII, {@code quiver} and the version of the directory's
 * layout as {@code major.minor}. A reader accepts any minor version of its major one.
 */
final class DatabaseFormat {
  static final String LOCK = "LOCK";
  private static final String PATH = "FORMAT";
  private static final String TEMPORARY = "FORMAT.new";
  private static final int MAJOR = 2;
  private static final int MINOR = 0;
  private static final int BYTES_MAX = 64;
  private static final Pattern LINE = Pattern.compile("quiver (\\d{1,9})\\.(\\d{1,9})\n");

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
      String line = "quiver " + MAJOR + "." + MINOR + "\n";
      file.append(MemorySegment.ofArray(line.getBytes(StandardCharsets.US_ASCII)));
      file.force();
    }
    files.rename(TEMPORARY, PATH);
    files.syncDirectory("");
  }

  private static void check(StorageFile file) {
    byte[] bytes = file.read(0, Math.min(file.size(), BYTES_MAX)).toArray(JAVA_BYTE);
    String line = new String(bytes, StandardCharsets.US_ASCII);
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      throw new CorruptionException(
          file.name(), 0, "expected 'quiver " + MAJOR + "." + MINOR + "', found '" + line + "'");
    }
    if (Integer.parseInt(matcher.group(1)) != MAJOR) {
      throw new QuiverException(
          ErrorCode.UNSUPPORTED_FORMAT,
          "the database has format "
              + matcher.group(1)
              + "."
              + matcher.group(2)
              + ", this Quiver reads "
              + MAJOR
              + "."
              + MINOR);
    }
  }
}
