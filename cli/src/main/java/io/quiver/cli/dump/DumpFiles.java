package io.quiver.cli.dump;

import io.quiver.formats.InputFile;
import io.quiver.formats.OutputFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Whole files of a dump, with errors that name them. */
final class DumpFiles {
  private static final int CHUNK_BYTES = 1 << 20;

  private DumpFiles() {}

  /** What a file holds, by length and CRC32C. */
  record Content(long bytes, int crc32c) {}

  static void write(Path path, String text) {
    try (OutputFile file = OutputFile.create(path)) {
      file.write(text.getBytes(StandardCharsets.UTF_8));
      file.finish();
    }
  }

  static String read(Path path) {
    try (InputFile file = InputFile.open(path)) {
      byte[] bytes = new byte[Math.toIntExact(file.size())];
      file.read(0, MemorySegment.ofArray(bytes));
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  static Content content(Path path) {
    CRC32C checksum = new CRC32C();
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputFile file = InputFile.open(path)) {
      for (long at = 0; at < file.size(); at += CHUNK_BYTES) {
        int bytes = (int) Math.min(CHUNK_BYTES, file.size() - at);
        file.read(at, MemorySegment.ofArray(chunk).asSlice(0, bytes));
        checksum.update(chunk, 0, bytes);
      }
      return new Content(file.size(), (int) checksum.getValue());
    }
  }

  /**
   * Makes a directory that has nothing in it.
   *
   * @throws QuiverException 55006 where there is something
   */
  static void makeEmpty(Path directory) {
    try {
      Files.createDirectories(directory);
      try (Stream<Path> entries = Files.list(directory)) {
        if (entries.findAny().isPresent()) {
          throw new QuiverException(
              ErrorCode.OBJECT_IN_USE,
              "\"" + directory + "\" is not empty; a dump takes a directory of its own");
        }
      }
    } catch (IOException e) {
      throw failure(directory, e);
    }
  }

  static void makeDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw failure(directory, e);
    }
  }

  private static QuiverException failure(Path directory, IOException cause) {
    return new QuiverException(
        ErrorCode.IO_ERROR, "\"" + directory + "\" cannot be made: " + cause.getMessage(), cause);
  }
}
