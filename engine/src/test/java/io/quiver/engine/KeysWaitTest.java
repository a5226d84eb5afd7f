package io.quiver.engine;

import static io.quiver.engine.Sql.number;
import static io.quiver.engine.Sql.run;
import static io.quiver.engine.Sql.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFile;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for keys that are still read after opening can be cancelled. */
class KeysWaitTest {
  private final MemoryFileSystem files = new MemoryFileSystem();

  /** Reading the rows of segments for their keys waits for it. */
  private final CountDownLatch readable = new CountDownLatch(1);

  private final CountDownLatch reading = new CountDownLatch(1);

  private Database open(FileSystem where) {
    return Database.over(
        LocalStore.open(new StoreOptions(where, new Random(1), 64L << 20, true)), "t");
  }

  private record SlowFile(StorageFile inner, KeysWaitTest test) implements ForwardingFile {
    @Override
    public void read(long at, MemorySegment into) {
      if (Thread.currentThread().getName().startsWith("quiver-keys")) {
        test.reading.countDown();
        try {
          test.readable.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      inner.read(at, into);
    }
  }

  private record SlowFiles(FileSystem inner, KeysWaitTest test) implements ForwardingFileSystem {
    @Override
    public StorageFile open(String path, Mode mode) {
      StorageFile file = inner.open(path, mode);
      return path.endsWith("data.arrow") ? new SlowFile(file, test) : file;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO child VALUES (5, 1)",
        "INSERT INTO child VALUES (5, 1) ON CONFLICT DO NOTHING",
        "UPDATE child SET p = 2 WHERE id = 1",
        "DELETE FROM child WHERE id = 1",
        "INSERT INTO parent SELECT p + 10 FROM child WHERE id = 1",
        "TRUNCATE child"
      })
  void aStatementThatWaitsForKeysIsCancelled(String sql) throws Exception {
    try (Database database = open(files);
        Session session = database.connect()) {
      run(session, "CREATE TABLE parent (id INTEGER PRIMARY KEY)");
      run(session, "CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent)");
      run(session, "INSERT INTO parent VALUES (1), (2), (3)");
      run(session, "INSERT INTO child VALUES (1, 1), (2, 1)");
      run(session, "FLUSH");
    }
    try (Database database = open(new SlowFiles(files, this));
        ExecutorService threads = Executors.newSingleThreadExecutor();
        Session session = database.connect()) {
      try {
        // Those of one table, which is the child.
        reading.await();
        run(session, "SET quiver.statement_timeout = 150");
        assertThat(state(session, sql)).as(sql).isEqualTo("57014");
        run(session, "SET quiver.statement_timeout = 0");
        PreparedStatement statement = session.prepare(sql);
        AtomicBoolean unwanted = new AtomicBoolean();
        Future<String> cancelled =
            threads.submit(() -> {
              try {
                session.execute(statement, List.of(), unwanted::get).close();
                return "00000";
              } catch (QuiverException e) {
                return e.sqlState();
              }
            });
        Thread.sleep(50);
        unwanted.set(true);
        assertThat(cancelled.get()).as(sql).isEqualTo("57014");
      } finally {
        readable.countDown();
      }
      run(session, sql);
      assertThat(number(session, "SELECT count(*) FROM child WHERE id = 2"))
          .isEqualTo(sql.startsWith("TRUNC") ? 0 : 1);
    }
  }
}
