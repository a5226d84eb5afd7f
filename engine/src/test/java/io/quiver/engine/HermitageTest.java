package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The cases of Martin Kleppmann's Hermitage, in which two or three sessions take turns, at both
 * isolation levels. No statement waits for another session here: where PostgreSQL blocks, the one
 * who comes second goes on, and ends with 40001.
 */
class HermitageTest {
  private static final String RC = "BEGIN ISOLATION LEVEL READ COMMITTED";
  private static final String RR = "BEGIN ISOLATION LEVEL REPEATABLE READ";
  private static final String CONFLICT = "40001";

  private final Database database = Database.inMemory("hermitage");
  private final Session t1 = database.connect();
  private final Session t2 = database.connect();
  private final Session t3 = database.connect();

  @BeforeEach
  void fill() {
    run(t1, "CREATE TABLE test (id INT PRIMARY KEY, value INT)");
    run(t1, "INSERT INTO test VALUES (1, 10), (2, 20)");
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void begin(String begin) {
    run(t1, begin);
    run(t2, begin);
    run(t3, begin);
  }

  private static List<List<Object>> run(Session session, String sql) {
    List<List<Object>> rows = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          List<Object> values = new ArrayList<>();
          for (int i = 0; i < result.schema().size(); i++) {
            values.add(String.valueOf(batch.column(i).get(row)));
          }
          rows.add(values);
        }
      }
    }
    return rows;
  }

  /** The SQLSTATE with which it fails, or nothing. */
  private static String state(Session session, String sql) {
    try {
      run(session, sql);
      return "";
    } catch (QuiverException e) {
      return e.sqlState();
    }
  }

  private static void assertValue(Session session, int id, int value) {
    assertThat(run(session, "SELECT value FROM test WHERE id = " + id))
        .containsExactly(List.of(String.valueOf(value)));
  }

  private static void assertValues(Session session, int first, int second) {
    assertThat(run(session, "SELECT value FROM test WHERE id IN (1, 2) ORDER BY id"))
        .containsExactly(List.of(String.valueOf(first)), List.of(String.valueOf(second)));
  }

  /** G0: both write both rows; one of them does so, the other ends. */
  @Test
  void dirtyWritesAreRefused() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = 11 WHERE id = 1");
      run(t2, "UPDATE test SET value = 12 WHERE id = 1");
      run(t1, "UPDATE test SET value = 21 WHERE id = 2");
      run(t1, "COMMIT");
      assertThat(state(t2, "UPDATE test SET value = 22 WHERE id = 2") + state(t2, "COMMIT"))
          .as(level)
          .startsWith(CONFLICT);
      run(t2, "ROLLBACK");
      run(t3, "ROLLBACK");
      assertValues(t3, 11, 21);
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** G1a: what is rolled back is never seen. */
  @Test
  void abortedReadsDoNotHappen() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = 101 WHERE id = 1");
      assertValues(t2, 10, 20);
      run(t1, "ROLLBACK");
      assertValues(t2, 10, 20);
      run(t2, "COMMIT");
      run(t3, "COMMIT");
    }
  }

  /** G1b: what a transaction overwrites itself is never seen. */
  @Test
  void intermediateReadsDoNotHappen() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = 101 WHERE id = 1");
      assertValues(t2, 10, 20);
      run(t1, "UPDATE test SET value = 11 WHERE id = 1");
      run(t1, "COMMIT");
      assertValues(t2, level.equals(RC) ? 11 : 10, 20);
      run(t2, "COMMIT");
      run(t3, "COMMIT");
      run(t1, "UPDATE test SET value = 10 WHERE id = 1");
    }
  }

  /** G1c: two that do not see each other cannot depend on each other. */
  @Test
  void circularInformationFlowDoesNotHappen() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = 11 WHERE id = 1");
      run(t2, "UPDATE test SET value = 22 WHERE id = 2");
      assertValue(t1, 2, 20);
      assertValue(t2, 1, 10);
      run(t1, "COMMIT");
      run(t2, "COMMIT");
      run(t3, "COMMIT");
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** OTV: a transaction that has been seen does not vanish. */
  @Test
  void observedTransactionsDoNotVanish() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = 11 WHERE id = 1");
      run(t1, "UPDATE test SET value = 19 WHERE id = 2");
      run(t2, "UPDATE test SET value = 12 WHERE id = 1");
      run(t1, "COMMIT");
      assertValues(t3, 11, 19);
      assertThat(state(t2, "UPDATE test SET value = 18 WHERE id = 2") + state(t2, "COMMIT"))
          .as(level)
          .startsWith(CONFLICT);
      run(t2, "ROLLBACK");
      assertValues(t3, 11, 19);
      run(t3, "COMMIT");
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** PMP: a row that appears between two reads of a predicate. */
  @Test
  void rowsAppearBetweenStatementsUnderReadCommittedAlone() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      assertThat(run(t1, "SELECT id FROM test WHERE value = 30")).isEmpty();
      run(t2, "INSERT INTO test VALUES (3, 30)");
      run(t2, "COMMIT");
      assertThat(run(t1, "SELECT id FROM test WHERE value % 3 = 0"))
          .as(level)
          .hasSize(level.equals(RC) ? 1 : 0);
      run(t1, "COMMIT");
      run(t3, "COMMIT");
      run(t1, "DELETE FROM test WHERE id = 3");
    }
  }

  /** PMP for a write: the predicate of a DELETE meets rows that have been changed meanwhile. */
  @Test
  void aWriteByPredicateMeetsWhatIsCommittedUnderReadCommittedAlone() {
    begin(RC);
    run(t1, "UPDATE test SET value = value + 10");
    run(t2, "SELECT * FROM test");
    run(t1, "COMMIT");
    run(t2, "DELETE FROM test WHERE value = 20");
    run(t2, "COMMIT");
    run(t3, "COMMIT");
    assertThat(run(t1, "SELECT id, value FROM test")).containsExactly(List.of("2", "30"));
    run(t1, "DELETE FROM test");
    run(t1, "INSERT INTO test VALUES (1, 10), (2, 20)");
    begin(RR);
    run(t2, "SELECT * FROM test");
    run(t1, "UPDATE test SET value = value + 10");
    run(t1, "COMMIT");
    assertThat(state(t2, "DELETE FROM test WHERE value = 20")).isEqualTo(CONFLICT);
    run(t2, "ROLLBACK");
    assertValues(t1, 20, 30);
  }

  /** P4: both read a row and write what follows from it. */
  @Test
  void updatesAreLostUnderReadCommittedAlone() {
    begin(RC);
    assertValue(t1, 1, 10);
    assertValue(t2, 1, 10);
    run(t1, "UPDATE test SET value = 11 WHERE id = 1");
    run(t1, "COMMIT");
    run(t2, "UPDATE test SET value = 12 WHERE id = 1");
    run(t2, "COMMIT");
    run(t3, "COMMIT");
    assertValue(t3, 1, 12);
    begin(RR);
    assertValue(t1, 1, 12);
    assertValue(t2, 1, 12);
    run(t1, "UPDATE test SET value = 13 WHERE id = 1");
    run(t1, "COMMIT");
    assertThat(state(t2, "UPDATE test SET value = 14 WHERE id = 1")).isEqualTo(CONFLICT);
    run(t2, "ROLLBACK");
    run(t3, "COMMIT");
    assertValue(t3, 1, 13);
  }

  /** P4 where both have written before either commits: the first to commit wins at both levels. */
  @Test
  void ofTwoOpenUpdatesOneEnds() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      run(t1, "UPDATE test SET value = value + 1 WHERE id = 1");
      run(t2, "UPDATE test SET value = value + 1 WHERE id = 1");
      run(t1, "COMMIT");
      assertThat(state(t2, "COMMIT")).as(level).isEqualTo(CONFLICT);
      run(t3, "COMMIT");
      assertValue(t3, 1, 11);
      run(t1, "UPDATE test SET value = 10 WHERE id = 1");
    }
  }

  /** G-single: one row as it was before a transaction, and another as it is behind it. */
  @Test
  void readsAreSkewedUnderReadCommittedAlone() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      assertValue(t1, 1, 10);
      run(t2, "UPDATE test SET value = 12 WHERE id = 1");
      run(t2, "UPDATE test SET value = 18 WHERE id = 2");
      run(t2, "COMMIT");
      assertValue(t1, 2, level.equals(RC) ? 18 : 20);
      run(t1, "COMMIT");
      run(t3, "COMMIT");
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** G-single by a predicate. */
  @Test
  void readsByPredicateAreSkewedUnderReadCommittedAlone() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      assertThat(run(t1, "SELECT id FROM test WHERE value % 5 = 0")).hasSize(2);
      run(t2, "UPDATE test SET value = 12 WHERE value = 10");
      run(t2, "COMMIT");
      assertThat(run(t1, "SELECT id FROM test WHERE value % 3 = 0"))
          .as(level)
          .hasSize(level.equals(RC) ? 1 : 0);
      run(t1, "COMMIT");
      run(t3, "COMMIT");
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** G-single with a write: what the reader deletes has been changed since its snapshot. */
  @Test
  void aWriteAfterASkewedReadIsRefusedUnderRepeatableRead() {
    begin(RR);
    assertValue(t1, 1, 10);
    run(t2, "UPDATE test SET value = 12 WHERE id = 1");
    run(t2, "UPDATE test SET value = 18 WHERE id = 2");
    run(t2, "COMMIT");
    assertThat(state(t1, "DELETE FROM test WHERE value = 20")).isEqualTo(CONFLICT);
    run(t1, "ROLLBACK");
    assertValues(t3, 12, 18);
  }

  /** G2-item: both read both rows, and each writes another one. Snapshot isolation allows it. */
  @Test
  void writeSkewHappensAtBothLevels() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      assertValues(t1, 10, 20);
      assertValues(t2, 10, 20);
      run(t1, "UPDATE test SET value = 11 WHERE id = 1");
      run(t2, "UPDATE test SET value = 21 WHERE id = 2");
      run(t1, "COMMIT");
      assertThat(state(t2, "COMMIT")).as(level).isEmpty();
      run(t3, "COMMIT");
      assertValues(t3, 11, 21);
      run(t1, "UPDATE test SET value = 10 * id");
    }
  }

  /** G2: each adds a row that the other's predicate would have met. */
  @Test
  void writeSkewByPredicateHappensAtBothLevels() {
    for (String level : List.of(RC, RR)) {
      begin(level);
      assertThat(run(t1, "SELECT id FROM test WHERE value % 3 = 0")).isEmpty();
      assertThat(run(t2, "SELECT id FROM test WHERE value % 3 = 0")).isEmpty();
      run(t1, "INSERT INTO test VALUES (3, 30)");
      run(t2, "INSERT INTO test VALUES (4, 42)");
      run(t1, "COMMIT");
      assertThat(state(t2, "COMMIT")).as(level).isEmpty();
      run(t3, "COMMIT");
      assertThat(run(t3, "SELECT id FROM test WHERE value % 3 = 0")).hasSize(2);
      run(t1, "DELETE FROM test WHERE id > 2");
    }
  }
}
