package io.quiver.engine;

import static io.quiver.engine.Sql.number;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that insert and update the same few keys at the same time. */
class UpsertTest {
  private static final int SESSIONS = 4;
  private static final int STATEMENTS = 150;
  private static final int KEYS = 5;

  /** Each statement adds one to a key, or is the first to add it; some delete what they find. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sessionsThatUpsertOneKeyMeetNoDuplicateAndLoseNoUpdate(long seed) throws Exception {
    try (Database database = Database.inMemory("upsert" + seed);
        ExecutorService threads = Executors.newFixedThreadPool(SESSIONS)) {
      try (Session session = database.connect()) {
        session.execute("CREATE TABLE t (k INTEGER PRIMARY KEY, n BIGINT)").close();
      }
      List<Future<Long>> running = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        Random random = new Random(seed * 100 + i);
        running.add(threads.submit(() -> upsert(database, random)));
      }
      long added = 0;
      for (Future<Long> session : running) {
        added += session.get();
      }
      try (Session session = database.connect()) {
        assertThat(number(session, "SELECT coalesce(sum(n), 0) FROM t")).isEqualTo(added);
        assertThat(number(session, "SELECT count(*) FROM t")).isLessThanOrEqualTo(KEYS);
      }
    }
  }

  /** What this session has added to the sum of all keys. */
  private static long upsert(Database database, Random random) {
    long added = 0;
    try (Session session = database.connect()) {
      PreparedStatement update =
          session.prepare(
              "INSERT INTO t VALUES (?, 1), (?, 1) ON CONFLICT (k) DO UPDATE SET n = t.n +"
                  + " EXCLUDED.n");
      PreparedStatement ignore =
          session.prepare("INSERT INTO t VALUES (?, 1) ON CONFLICT DO NOTHING");
      PreparedStatement delete = session.prepare("DELETE FROM t WHERE k = ? RETURNING n");
      for (int i = 0; i < STATEMENTS; i++) {
        int key = random.nextInt(KEYS);
        int choice = random.nextInt(4);
        PreparedStatement statement = choice == 0 ? delete : choice == 1 ? ignore : update;
        List<Object> parameters =
            statement.parameterTypes().size() == 1 ? List.of(key) : List.of(key, (key + 1) % KEYS);
        try (QueryResult result = session.execute(statement, parameters)) {
          if (choice == 0) {
            Batch gone = result.next();
            added -= gone == null ? 0 : gone.column(0).getLong(0);
          } else {
            added += result.updateCount();
          }
        }
      }
    }
    return added;
  }
}
