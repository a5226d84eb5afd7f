package io.quiver.storage.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.QuiverException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on real files, and what only they can show. */
final class LocalFileSystemTest extends FileSystemContract {
  @TempDir Path directory;

  @Override
  FileSystem newFileSystem() {
    return new LocalFileSystem(directory.resolve("db"));
  }

  /** Holds the lock of a directory until its standard input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws IOException {
      try (FileLock lock = new LocalFileSystem(Path.of(args[0])).lock("LOCK")) {
        System.out.println(lock);
        System.in.read();
      }
    }
  }

  @Test
  void aLockHeldByAnotherProcessIs55P03AndNamesIt() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                java.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                directory.toString())
            .start();
    FileSystem files = new LocalFileSystem(directory);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isNotNull();
      assertThatThrownBy(() -> files.lock("LOCK"))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("55P03"))
          .hasMessageContaining("process " + process.pid());
    } finally {
      process.destroyForcibly().waitFor();
    }
    files.lock("LOCK").close();
  }

  @Test
  void anInterruptNeitherFailsAnOperationNorIsLost() {
    FileSystem files = new LocalFileSystem(directory);
    try (StorageFile file = files.open("f", FileSystem.Mode.CREATE)) {
      Thread.currentThread().interrupt();
      file.append(bytes("abc"));
      file.force();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(text(file.read(0, 3))).isEqualTo("abc");
    }
  }
}
