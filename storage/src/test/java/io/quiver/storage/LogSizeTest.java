package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.log.LogOptions;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The log's files are bounded in size, and in number while flushes work. */
class LogSizeTest {
  private static final long FILE_BYTES_MAX = 2_000;

  @Test
  void flushesLetTheLogGoAndRotationBoundsItsFiles() {
    MemoryFileSystem files = new MemoryFileSystem();
    StoreOptions options =
        new StoreOptions(files, new Random(7), 1 << 20, false)
            .withLog(LogOptions.DEFAULT.withFileBytesMax(FILE_BYTES_MAX));
    long id = 0;
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition table = Tables.create(store, Tables.items("items"));
      for (int round = 0; round < 8; round++) {
        for (int commit = 0; commit < 100; commit++) {
          long key = id++;
          Tables.commit(store, t -> t.append(table.id(), Tables.rows(table, Tables.row(key, 1))));
        }
        assertThat(files.list("log")).as("before flush " + round).hasSizeGreaterThan(4);
        for (String name : files.list("log")) {
          try (StorageFile file = files.open("log/" + name, FileSystem.Mode.READ)) {
            assertThat(file.size()).as(name).isLessThan(FILE_BYTES_MAX + 500);
          }
        }
        store.flush();
        assertThat(files.list("log")).as("after flush " + round).hasSize(1);
      }
      assertThat(Tables.read(store, table)).hasSize(800);
    }
  }
}
