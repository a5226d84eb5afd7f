package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which statements a server may run on a thread that other clients wait for. */
class ShortStatementTest {
  private final Database database = Database.inMemory("test");
  private final Session session = database.connect();

  @BeforeEach
  void fill() {
    run("CREATE TABLE t (id BIGINT PRIMARY KEY, s TEXT, v VECTOR(2))");
    run("INSERT INTO t VALUES (1, 'a', '[1,0]'), (2, 'b', '[0,1]'), (3, 'c', '[1,1]')");
  }

  @AfterEach
  void close() {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "SELECT * FROM t WHERE id = 1",
        "SELECT s, id + 1 FROM t WHERE id IN (1, 2) AND s = 'a' ORDER BY s",
        "SELECT id FROM t ORDER BY v <-> '[1,2]' LIMIT 2",
        "SELECT id FROM t WHERE s <> 'x' ORDER BY v <=> '[1,2]' LIMIT 2",
      })
  void aKnownPlanOfFewRowsIs(String sql) {
    assertThat(session.prepareShort(sql)).as("before it is planned").isNull();
    PreparedStatement prepared = session.prepare(sql);
    assertThat(session.isShort(prepared)).isTrue();
    PreparedStatement found = Objects.requireNonNull(session.prepareShort(sql));
    assertThat(found.result()).isEqualTo(prepared.result());
    session.execute(found, List.of()).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM t",
        "SELECT repeat(s, 1000000) FROM t WHERE id = 1",
        "SELECT count(*) FROM t WHERE id = 1",
        "SELECT a.id FROM t AS a JOIN t AS b ON a.id = b.id WHERE a.id = 1",
        "INSERT INTO t VALUES (4, 'd', NULL)",
        "DELETE FROM t WHERE id = 1",
        "SHOW TABLES",
        "FLUSH",
      })
  void anythingElseIsNot(String sql) {
    PreparedStatement prepared = session.prepare(sql);
    assertThat(session.isShort(prepared)).isFalse();
    assertThat(session.prepareShort(sql)).isNull();
  }

  @Test
  void aSearchIsShortWhileItsTableIsSmall() {
    run("CREATE TABLE w (id BIGINT, v VECTOR(2048))");
    PreparedStatement prepared = session.prepare("SELECT id FROM w ORDER BY v <-> ? LIMIT 2");
    assertThat(session.isShort(prepared)).isTrue();
    PreparedStatement insert = session.prepare("INSERT INTO w VALUES (?, ?)");
    for (int id = 0; id < 100; id++) {
      session.execute(insert, List.of(id, new float[2048])).close();
    }
    assertThat(session.isShort(prepared)).isFalse();
  }

  @Test
  void aLongTextIsNotEvenRead() {
    String sql = "SELECT s FROM t WHERE id = 1 AND s <> '" + "x".repeat(1 << 16) + "'";
    session.prepare(sql);
    assertThat(session.prepareShort(sql)).isNull();
  }

  @Test
  void aPlanOfAnOlderCatalogIsNot() {
    PreparedStatement prepared = session.prepare("SELECT * FROM t WHERE id = 1");
    run("CREATE TABLE other (id INTEGER)");
    assertThat(session.isShort(prepared)).isFalse();
  }

  @Test
  void nothingIsInAFailedTransaction() {
    PreparedStatement prepared = session.prepare("SELECT * FROM t WHERE id = 1");
    run("BEGIN");
    assertThat(session.isShort(prepared)).isTrue();
    try {
      run("SELECT 1 / 0");
    } catch (QuiverException e) {
      assertThat(session.isTransactionFailed()).isTrue();
    }
    assertThat(session.isShort(prepared)).isFalse();
  }

  @Test
  void nothingIsWhileAnotherThreadUsesTheSession() throws Exception {
    PreparedStatement prepared = session.prepare("SELECT * FROM t WHERE id = 1");
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?, ?)");
    Thread busy =
        Thread.ofVirtual()
            .start(() ->
                session.insertAll(
                    insert,
                    List.of(List.of(10, "x", new float[] {1, 2})),
                    () -> {
                      entered.countDown();
                      try {
                        mayEnd.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return false;
                    }));
    entered.await();
    assertThat(session.isShort(prepared)).isFalse();
    mayEnd.countDown();
    busy.join();
    assertThat(session.isShort(prepared)).isTrue();
  }

  private void run(String sql) {
    try (QueryResult result = session.execute(sql)) {
      while (result.next() != null) {
        // To its end.
      }
    }
  }
}
