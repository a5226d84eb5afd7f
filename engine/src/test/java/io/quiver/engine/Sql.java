package io.quiver.engine;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;

/** What tests ask of sessions. */
final class Sql {
  private Sql() {}

  static void run(Session session, String sql) {
    session.execute(sql).close();
  }

  /** The SQLSTATE of a statement that fails. */
  static String state(Session session, String sql) {
    return catchThrowableOfType(QuiverException.class, () -> run(session, sql)).sqlState();
  }

  /** The number in the first row's first column; -1 where there is none. */
  static long number(Session session, String sql) {
    try (QueryResult result = session.execute(sql)) {
      Batch batch = result.next();
      Object value = batch == null ? null : batch.column(0).get(0);
      return value instanceof Number number ? number.longValue() : -1;
    }
  }

  /** The first column, as texts. */
  static List<String> column(Session session, String sql) {
    List<String> values = new ArrayList<>();
    try (QueryResult result = session.execute(sql)) {
      for (Batch batch = result.next(); batch != null; batch = result.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          values.add(String.valueOf(batch.column(0).get(row)));
        }
      }
    }
    return values;
  }
}
