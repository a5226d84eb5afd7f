package io.quiver.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link FileSystem} must do. */
abstract class FileSystemContract {
  private FileSystem files = new MemoryFileSystem();

  abstract FileSystem newFileSystem();

  @BeforeEach
  void open() {
    files = newFileSystem();
    files.createDirectories("");
  }

  @Test
  void whatIsWrittenIsRead() {
    try (StorageFile file = files.open("f", FileSystem.Mode.CREATE)) {
      file.append(bytes("hello "));
      file.append(bytes("world"));
      file.write(1, bytes("E"));
      file.force();
      assertThat(file.size()).isEqualTo(11);
      assertThat(text(file.read(0, 11))).isEqualTo("hEllo world");
      assertThat(text(file.read(6, 5))).isEqualTo("world");
      assertThat(file.read(3, 4).address() % 64).isZero();
      file.truncate(5);
      assertThat(file.size()).isEqualTo(5);
      file.write(8, bytes("!"));
      assertThat(text(file.read(0, 9))).isEqualTo("hEllo\0\0\0!");
      try (Arena arena = Arena.ofConfined()) {
        assertThat(text(file.map(arena))).isEqualTo("hEllo\0\0\0!");
      }
    }
  }

  @Test
  void readingBeyondTheEndNamesTheFile() {
    write("f", "abc");
    try (StorageFile file = files.open("f", FileSystem.Mode.READ)) {
      assertThatThrownBy(() -> file.read(1, 3))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(files.describe("f"));
    }
  }

  @Test
  void openingChecksWhetherTheFileExists() {
    assertCode(() -> files.open("f", FileSystem.Mode.READ), ErrorCode.IO_ERROR);
    assertCode(() -> files.open("f", FileSystem.Mode.WRITE), ErrorCode.IO_ERROR);
    write("f", "abc");
    assertCode(() -> files.open("f", FileSystem.Mode.CREATE), ErrorCode.IO_ERROR);
    assertCode(() -> files.open("no/f", FileSystem.Mode.CREATE), ErrorCode.IO_ERROR);
    assertThat(read("f")).isEqualTo("abc");
  }

  @Test
  void renamingReplacesAFileAndMovesADirectory() {
    write("a", "new");
    write("b", "old");
    files.rename("a", "b");
    assertThat(read("b")).isEqualTo("new");
    assertThat(files.exists("a")).isFalse();
    files.createDirectories("x/y");
    files.createDirectories("z");
    write("x/y/f", "inside");
    files.rename("x/y", "z/y");
    files.syncDirectory("z");
    assertThat(read("z/y/f")).isEqualTo("inside");
    assertThat(files.list("x")).isEmpty();
    assertCode(() -> files.rename("missing", "m"), ErrorCode.IO_ERROR);
  }

  @Test
  void listingAndDeleting() {
    files.createDirectories("d/e");
    write("d/b", "1");
    write("d/a", "2");
    assertThat(files.list("d")).containsExactly("a", "b", "e");
    assertThat(files.list("missing")).isEmpty();
    assertThat(files.isFile("d/a")).isTrue();
    assertThat(files.isFile("d/e")).isFalse();
    assertCode(() -> files.delete("d"), ErrorCode.IO_ERROR);
    files.delete("d/a");
    files.delete("d/a");
    files.delete("d/e");
    assertThat(files.list("d")).containsExactly("b");
  }

  @Test
  void aPathCannotLeaveTheDatabase() {
    for (String path : new String[] {"../f", "a/../../f", "/etc/passwd", "a//b", "./f"}) {
      assertThatThrownBy(() -> files.exists(path))
          .as(path)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aLockHeldTwiceIs55P03AndNamesTheProcess() {
    FileLock lock = files.lock("LOCK");
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> files.lock("LOCK"))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("55P03"))
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
    }
    lock.close();
    lock.close();
    files.lock("LOCK").close();
  }

  @Test
  void manyReadOrOneWrites() {
    assertCode(() -> files.lockShared("LOCK"), ErrorCode.UNDEFINED_FILE);
    FileLock writer = files.lock("LOCK");
    assertCode(() -> files.lockShared("LOCK"), ErrorCode.DATABASE_IN_USE);
    writer.close();
    FileLock first = files.lockShared("LOCK");
    FileLock second = new ReadOnlyFileSystem(files).lock("LOCK");
    assertCode(() -> files.lock("LOCK"), ErrorCode.DATABASE_IN_USE);
    first.close();
    first.close();
    assertCode(() -> files.lock("LOCK"), ErrorCode.DATABASE_IN_USE);
    second.close();
    files.lock("LOCK").close();
  }

  private void write(String path, String text) {
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      file.append(bytes(text));
    }
  }

  private String read(String path) {
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return text(file.read(0, file.size()));
    }
  }

  static MemorySegment bytes(String text) {
    return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(MemorySegment bytes) {
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  static void assertCode(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }
}
