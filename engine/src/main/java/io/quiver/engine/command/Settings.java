package io.quiver.engine.command;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What SET changes for one session. Owned by the session's thread. */
public final class Settings {
  public static final String QUERY_MEMORY = "quiver.query_memory";
  public static final String STATEMENT_TIMEOUT = "quiver.statement_timeout";
  public static final String ISOLATION = "quiver.isolation";

  private final long defaultQueryMemoryBytes;
  private long queryMemoryBytes;
  private long statementTimeoutMillis;
  private boolean repeatableRead;

  public Settings(long defaultQueryMemoryBytes) {
    this.defaultQueryMemoryBytes = defaultQueryMemoryBytes;
    this.queryMemoryBytes = defaultQueryMemoryBytes;
  }

  public long queryMemoryBytes() {
    return queryMemoryBytes;
  }

  /** How long a statement may run; 0 means for ever. */
  public long statementTimeoutMillis() {
    return statementTimeoutMillis;
  }

  public boolean repeatableRead() {
    return repeatableRead;
  }

  public void setRepeatableRead(boolean repeatableRead) {
    this.repeatableRead = repeatableRead;
  }

  /**
   * Sets a setting, or gives it its default back when the value is null.
   *
   * @throws QuiverException 42704 for an unknown name, 22023 for a value out of range
   */
  public void set(String name, @Nullable String value) {
    switch (name) {
      case QUERY_MEMORY ->
          queryMemoryBytes = value == null ? defaultQueryMemoryBytes : number(name, value, 1 << 20);
      case STATEMENT_TIMEOUT -> statementTimeoutMillis = value == null ? 0 : number(name, value, 0);
      case ISOLATION -> repeatableRead = value != null && isolation(value);
      default -> throw unknown(name);
    }
  }

  public String get(String name) {
    String value = all().get(name);
    if (value == null) {
      throw unknown(name);
    }
    return value;
  }

  /**
   * Makes sure that there is such a setting.
   *
   * @throws QuiverException 42704
   */
  public void check(String name) {
    if (!all().containsKey(name)) {
      throw unknown(name);
    }
  }

  /** All settings by name. */
  public Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    all.put(QUERY_MEMORY, Long.toString(queryMemoryBytes));
    all.put(STATEMENT_TIMEOUT, Long.toString(statementTimeoutMillis));
    all.put(ISOLATION, repeatableRead ? "repeatable read" : "read committed");
    return all;
  }

  /** What a setting is for, in a sentence. */
  public static String description(String name) {
    return switch (name) {
      case QUERY_MEMORY -> "Bytes that one statement may keep in memory.";
      case STATEMENT_TIMEOUT -> "Milliseconds that a statement may run; 0 means for ever.";
      case ISOLATION -> "The isolation of the next transaction.";
      default -> throw unknown(name);
    };
  }

  private static boolean isolation(String value) {
    return switch (value.toLowerCase(Locale.ROOT).replace('_', ' ')) {
      case "read committed" -> false;
      case "repeatable read" -> true;
      case "serializable" ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "SERIALIZABLE is not there; REPEATABLE READ gives snapshots");
      default ->
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              ISOLATION + " is 'read committed' or 'repeatable read', found '" + value + "'");
    };
  }

  private static long number(String name, String value, long least) {
    long number;
    try {
      number = Long.parseLong(value.strip());
    } catch (NumberFormatException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, name + " is a whole number, found '" + value + "'", e);
    }
    if (number < least) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, name + " is at least " + least + ", found " + number);
    }
    return number;
  }

  private static QuiverException unknown(String name) {
    return new QuiverException(
        ErrorCode.UNDEFINED_OBJECT,
        "there is no setting \"" + name + "\"; SELECT * FROM quiver.settings lists them");
  }
}
