package io.quiver.engine;

import static io.quiver.engine.Sql.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random transactions of many sessions at both isolation levels, on a disk that is flushed. */
@ExtendWith(CleanDirectory.class)
class HistoryTest {
  private static final int ACCOUNTS = 12;
  private static final long EACH = 100;
  private static final int WRITERS = 4;
  private static final int TRANSACTIONS = 25;
  private static final Set<ErrorCode> CONFLICTS =
      Set.of(ErrorCode.SERIALIZATION_FAILURE, ErrorCode.UNIQUE_VIOLATION);

  @TempDir Path directory;

  private final AtomicLong commits = new AtomicLong();

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void sumsHoldKeysAreUniqueAndEverySessionReadsItsOwnWrites(long seed) throws Exception {
    DatabaseOptions options = new DatabaseOptions(16L << 10, 64L << 20, List.of());
    try (Database database = Database.open(directory, options)) {
      try (Session session = database.connect()) {
        run(session, "CREATE TABLE account (id INTEGER PRIMARY KEY, n BIGINT, v VECTOR(2))");
        for (int id = 0; id < ACCOUNTS; id++) {
          run(session, "INSERT INTO account VALUES (" + id + ", " + EACH + ", '[" + id + ", 0]')");
        }
        // Each ticket is written twice in one transaction: a reader sees both or none.
        run(session, "CREATE TABLE ticket (k INTEGER PRIMARY KEY, pair INTEGER)");
      }
      List<Callable<String>> tasks = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        Random random = new Random(seed * 31 + i);
        boolean repeatable = i % 2 == 0;
        tasks.add(() -> write(database, random, repeatable));
      }
      tasks.add(() -> read(database));
      try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
        for (Future<String> task : threads.invokeAll(tasks)) {
          assertThat(task.get()).as("seed " + seed).isEmpty();
        }
      }
      assertThat(commits.get()).as("commits, seed " + seed).isGreaterThan(WRITERS * 10L);
    }
    try (Database database = Database.open(directory, options);
        Session session = database.connect()) {
      assertThat(problem(session)).as("reopened, seed " + seed).isEmpty();
    }
  }

  @Test
  void aCountingStatementOnADiskIsRetriedUntilItWins() throws Exception {
    try (Database database = Database.open(directory)) {
      try (Session session = database.connect()) {
        run(session, "CREATE TABLE counter (id INTEGER PRIMARY KEY, n INTEGER)");
        run(session, "INSERT INTO counter VALUES (1, 0)");
      }
      Callable<Long> counting =
          () -> {
            try (Session session = database.connect()) {
              for (int i = 0; i < 25; i++) {
                run(session, "UPDATE counter SET n = n + 1 WHERE id = 1");
              }
            }
            return 25L;
          };
      try (ExecutorService threads = Executors.newFixedThreadPool(WRITERS)) {
        for (Future<Long> task : threads.invokeAll(Collections.nCopies(WRITERS, counting))) {
          assertThat(task.get()).isEqualTo(25);
        }
      }
      try (Session session = database.connect()) {
        assertThat(number(session, "SELECT n FROM counter")).isEqualTo(WRITERS * 25L);
      }
    }
  }

  private String write(Database database, Random random, boolean repeatable) {
    try (Session session = database.connect()) {
      session.setRepeatableRead(repeatable);
      for (int i = 0; i < TRANSACTIONS; i++) {
        try {
          String problem =
              random.nextInt(3) > 0 ? transfer(session, random) : ticket(session, random);
          if (!problem.isEmpty()) {
            return problem;
          }
          commits.incrementAndGet();
        } catch (QuiverException e) {
          session.rollback();
          if (!CONFLICTS.contains(e.code())) {
            throw e;
          }
        }
        if (random.nextInt(20) == 0) {
          run(session, "FLUSH");
        }
      }
    }
    return "";
  }

  /** Moves money, and moves both accounts' vectors to where nobody else's are. */
  private static String transfer(Session session, Random random) {
    int from = random.nextInt(ACCOUNTS);
    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    int amount = 1 + random.nextInt(20);
    int place = 1_000 + random.nextInt(1_000_000);
    run(session, "BEGIN");
    long before = number(session, "SELECT n FROM account WHERE id = " + from);
    run(session, "UPDATE account SET n = n - " + amount + " WHERE id = " + from);
    run(
        session,
        "UPDATE account SET n = n + " + amount + ", v = '[" + place + ", 7]' WHERE id = " + to);
    long after = number(session, "SELECT n FROM account WHERE id = " + from);
    if (session.repeatableRead() && after != before - amount) {
      return "account " + from + " had " + before + ", less " + amount + " it has " + after;
    }
    String nearest = "SELECT id FROM account ORDER BY v <-> '[" + place + ", 7]' LIMIT 1";
    long found = number(session, nearest);
    long own =
        number(
            session,
            "SELECT count(*) FROM account WHERE id = " + to + " AND v = '[" + place + ", 7]'");
    if (own != 1 || (found != to && session.repeatableRead())) {
      return "account " + to + " is at " + place + ", the search found " + found;
    }
    if (random.nextInt(6) == 0) {
      run(session, "ROLLBACK");
    } else {
      run(session, "COMMIT");
    }
    return "";
  }

  /** Takes one of few keys, together with its pair, or gives both back. */
  private static String ticket(Session session, Random random) {
    int k = 2 * random.nextInt(15);
    run(session, "BEGIN");
    long there = number(session, "SELECT count(*) FROM ticket WHERE pair = " + k);
    if (there == 1 || there > 2) {
      return "half a pair of " + k + ": " + there;
    }
    if (there == 0) {
      run(session, "INSERT INTO ticket VALUES (" + k + ", " + k + ")");
      run(session, "INSERT INTO ticket VALUES (" + (k + 1) + ", " + k + ")");
    } else {
      run(session, "DELETE FROM ticket WHERE k = " + k);
      run(session, "DELETE FROM ticket WHERE k = " + (k + 1));
    }
    long now = number(session, "SELECT count(*) FROM ticket WHERE pair = " + k);
    if (session.repeatableRead() && now != 2 - there) {
      return "own writes of pair " + k + ": " + now;
    }
    run(session, "COMMIT");
    return "";
  }

  private String read(Database database) {
    try (Session session = database.connect()) {
      for (int i = 0; i < 15; i++) {
        String problem = problem(session);
        if (!problem.isEmpty()) {
          return problem;
        }
      }
    }
    return "";
  }

  /** What one statement sees that no order of whole transactions gives. */
  private static String problem(Session session) {
    long sum = number(session, "SELECT sum(n) FROM account");
    Set<Object> ids = new HashSet<>();
    List<Object> all = column(session, "SELECT id FROM account");
    ids.addAll(all);
    List<Object> halves =
        column(session, "SELECT pair FROM ticket GROUP BY pair HAVING count(*) <> 2");
    List<Object> nearest =
        column(session, "SELECT id FROM account ORDER BY v <-> '[0, 0]' LIMIT " + ACCOUNTS);
    if (sum != ACCOUNTS * EACH
        || all.size() != ACCOUNTS
        || ids.size() != ACCOUNTS
        || new HashSet<>(nearest).size() != ACCOUNTS
        || !halves.isEmpty()) {
      return "sum " + sum + ", ids " + all + ", half tickets " + halves + ", found " + nearest;
    }
    return "";
  }

  private static long number(Session session, String sql) {
    return ((Number) column(session, sql).getFirst()).longValue();
  }

  private static List<Object> column(Session session, String sql) {
    List<Object> values = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          @Nullable Object value = batch.column(0).get(row);
          values.add(value == null ? "null" : value);
        }
      }
    }
    return values;
  }
}
