package io.quiver.flight;

import io.quiver.engine.QueryResult;
import io.quiver.engine.Session;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.arrow.flight.SessionOptionValue;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SessionOptionValueVisitor;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.jspecify.annotations.Nullable;

/** Flight's session options are the settings that SET and SHOW name. */
final class SessionOptions {
  private SessionOptions() {}

  /**
   * Sets each; an empty value is the default. What cannot be set is reported and the rest holds.
   */
  static SetSessionOptionsResult set(Session session, Map<String, SessionOptionValue> options) {
    Map<String, SetSessionOptionsResult.Error> errors = new LinkedHashMap<>();
    Map<String, String> known = settings(session);
    options.forEach((name, value) -> {
      if (!known.containsKey(name)) {
        errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_NAME));
        return;
      }
      try {
        set(session, name, text(value));
      } catch (QuiverException e) {
        errors.put(name, error(SetSessionOptionsResult.ErrorValue.INVALID_VALUE));
      }
    });
    return new SetSessionOptionsResult(errors);
  }

  static Map<String, SessionOptionValue> get(Session session) {
    Map<String, SessionOptionValue> options = new LinkedHashMap<>();
    settings(session)
        .forEach((name, value) ->
            options.put(name, SessionOptionValueFactory.makeSessionOptionValue(value)));
    return options;
  }

  /** The name is one of {@link #settings}, so it needs no quotes. */
  private static void set(Session session, String name, @Nullable String value) {
    String literal = value == null ? "DEFAULT" : "'" + value.replace("'", "''") + "'";
    session.execute("SET " + name + " TO " + literal).close();
  }

  private static Map<String, String> settings(Session session) {
    Map<String, String> settings = new LinkedHashMap<>();
    try (QueryResult rows =
        session.execute("SELECT name, value FROM quiver.settings ORDER BY name")) {
      for (Batch batch = rows.next(); batch != null; batch = rows.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          settings.put(batch.column(0).getString(row), batch.column(1).getString(row));
        }
      }
    }
    return settings;
  }

  private static SetSessionOptionsResult.Error error(SetSessionOptionsResult.ErrorValue value) {
    return new SetSessionOptionsResult.Error(value);
  }

  private static @Nullable String text(SessionOptionValue value) {
    return value.acceptVisitor(
        new SessionOptionValueVisitor<@Nullable String>() {
          @Override
          public @Nullable String visit(String text) {
            return text;
          }

          @Override
          public @Nullable String visit(boolean flag) {
            return flag ? "on" : "off";
          }

          @Override
          public @Nullable String visit(long number) {
            return Long.toString(number);
          }

          @Override
          public @Nullable String visit(double number) {
            return Double.toString(number);
          }

          @Override
          public @Nullable String visit(String[] texts) {
            return String.join(", ", texts);
          }

          @Override
          public @Nullable String visit(@Nullable Void nothing) {
            return null;
          }
        });
  }
}
