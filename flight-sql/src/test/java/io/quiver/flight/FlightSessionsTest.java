package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.types.QuiverException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlightSessionsTest {
  private final Database database = Database.inMemory("test");
  private final FlightSessions sessions = new FlightSessions(database, 3);

  @AfterEach
  void close() {
    sessions.close();
    database.close();
  }

  @Test
  void theLongestUnusedSessionMakesRoom() {
    ByteString first = statement("a");
    ByteString second = statement("b");
    statement("c");
    sessions.use("a", ByteString.EMPTY).close();
    statement("d");

    assertThat(sessions.sessionCount()).isEqualTo(3);
    assertThat(sessions.handle(first)).isNotNull();
    assertThatThrownBy(() -> sessions.handle(second)).isInstanceOf(QuiverException.class);
  }

  @Test
  void aSessionInUseOrInATransactionStays() {
    try (FlightSessions.Use used = sessions.use("a", ByteString.EMPTY);
        FlightSessions.Use open = sessions.use("b", ByteString.EMPTY)) {
      open.session().execute("BEGIN").close();
      ByteString transaction = sessions.begin();
      assertThatThrownBy(() -> sessions.use("d", ByteString.EMPTY))
          .hasMessageContaining("all 3 sessions");
      sessions.end(transaction, true);
      statement("d");
      statement("e");
      assertThat(used.session().prepare("SELECT 1")).isNotNull();
      assertThat(open.session().inTransaction()).isTrue();
    }
  }

  @Test
  void aClosedSessionServesTheCallThatUsesIt() {
    try (FlightSessions.Use use = sessions.use("a", ByteString.EMPTY)) {
      sessions.close("a");
      use.session().execute("SELECT 1").close();
    }
    assertThat(sessions.sessionCount()).isZero();
  }

  @Test
  void idleSessionsAreClosedWithTheirStatements() {
    ByteString handle = statement("a");
    sessions.closeIdle(Duration.ofHours(1));
    assertThat(sessions.handle(handle)).isNotNull();
    try (FlightSessions.Use use = sessions.use("b", ByteString.EMPTY)) {
      sessions.closeIdle(Duration.ZERO);
      use.session().prepare("SELECT 1");
    }

    assertThat(sessions.sessionCount()).isEqualTo(1);
    assertThatThrownBy(() -> sessions.handle(handle)).isInstanceOf(QuiverException.class);
  }

  @Test
  void statementsOfASessionAreCounted() {
    try (FlightSessions.Use use = sessions.use("a", ByteString.EMPTY)) {
      PreparedStatement statement = use.session().prepare("SELECT 1");
      ByteString last = ByteString.EMPTY;
      for (int i = 0; i < FlightSessions.STATEMENTS_MAX; i++) {
        last = sessions.register(use, statement);
      }
      assertThatThrownBy(() -> sessions.register(use, statement))
          .isInstanceOf(QuiverException.class);
      sessions.closeHandle(last);
      assertThat(sessions.register(use, statement)).isNotNull();
    }
  }

  private ByteString statement(String cookie) {
    try (FlightSessions.Use use = sessions.use(cookie, ByteString.EMPTY)) {
      return sessions.register(use, use.session().prepare("SELECT 1"));
    }
  }
}
