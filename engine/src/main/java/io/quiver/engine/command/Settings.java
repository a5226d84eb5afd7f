package io.quiver.engine.command;

import io.quiver.executor.operator.SearchSettings;
import io.quiver.planner.Planner;
import io.quiver.storage.transaction.CommitMode;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What SET changes for one session. A change inside a transaction is undone with it, and SET LOCAL
 * ends with it either way. Owned by the session's thread.
 */
public final class Settings {
  public static final String QUERY_MEMORY = "quiver.query_memory";
  public static final String STATEMENT_TIMEOUT = "statement_timeout";
  public static final String ISOLATION = "default_transaction_isolation";
  public static final String READ_ONLY = "default_transaction_read_only";
  public static final String SYNCHRONOUS_COMMIT = "synchronous_commit";
  public static final String TIME_ZONE = "timezone";
  public static final String SEARCH_PATH = "search_path";
  public static final String DATA_SKIPPING = "quiver.data_skipping";
  private static final String EF_SEARCH = "hnsw.ef_search";
  private static final String RECALL_TARGET = "quiver.recall_target";
  private static final String PROBES = "ivfflat.probes";
  private static final String MAX_UNINDEXED_ROWS = "quiver.max_unindexed_rows";
  private static final String SEARCH_THREADS = "quiver.search_threads";

  // pgvector's, which have nothing to change here: a search goes on until k rows qualify.
  private static final String HNSW_SCAN = "hnsw.iterative_scan";
  private static final String SCAN_TUPLES = "hnsw.max_scan_tuples";
  private static final String SCAN_MEMORY = "hnsw.scan_mem_multiplier";
  private static final String IVF_SCAN = "ivfflat.iterative_scan";
  private static final String MAX_PROBES = "ivfflat.max_probes";
  private static final String ITERATIVE =
      "Of pgvector, without effect: every search goes on until k rows qualify.";

  private static final String TIMEOUT_DESCRIPTION =
      "How long a statement may run; 0 means for ever.";
  private static final String ISOLATION_DESCRIPTION = "The isolation of the next transaction.";
  private static final String COMMIT_DESCRIPTION =
      "Whether a commit is answered only once it is on disk.";
  private static final String PROBES_DESCRIPTION =
      "How many lists an IVF index looks into; 0 for as many as the recall target needs.";

  private static final List<Setting> OF_SESSION =
      List.of(
          Setting.bytes(QUERY_MEMORY, "Bytes that one statement may keep in memory.", 1 << 20),
          Setting.duration(STATEMENT_TIMEOUT, TIMEOUT_DESCRIPTION),
          Setting.millisOf("quiver.statement_timeout", STATEMENT_TIMEOUT, TIMEOUT_DESCRIPTION),
          Setting.isolation(ISOLATION, ISOLATION, ISOLATION_DESCRIPTION),
          Setting.isolation("quiver.isolation", ISOLATION, ISOLATION_DESCRIPTION),
          Setting.onOrOff(READ_ONLY, READ_ONLY, "Whether the next transaction changes nothing."),
          Setting.onOrOff(SYNCHRONOUS_COMMIT, SYNCHRONOUS_COMMIT, COMMIT_DESCRIPTION),
          Setting.onOrOff("quiver.synchronous_commit", SYNCHRONOUS_COMMIT, COMMIT_DESCRIPTION),
          Setting.onOrOff(
              DATA_SKIPPING,
              DATA_SKIPPING,
              "Whether statistics may say which rows need not be read."),
          Setting.names(SEARCH_PATH, "The schemas in which names without one are looked up."),
          Setting.timeZone(
              TIME_ZONE, "The zone in which instants are read and shown, UTC at first."),
          Setting.number(
              EF_SEARCH,
              EF_SEARCH,
              "How many candidates a graph keeps; 0 for as many as the recall target needs.",
              0,
              1_000),
          Setting.share(
              RECALL_TARGET, "Of the k nearest rows, the part that a search aims to find."),
          Setting.number(
              MAX_UNINDEXED_ROWS,
              MAX_UNINDEXED_ROWS,
              "How many rows writers may be ahead of a vector index before they wait; 0 for any"
                  + " number.",
              0,
              Integer.MAX_VALUE),
          Setting.number(
              SEARCH_THREADS,
              SEARCH_THREADS,
              "Threads that may work on one vector search while processors are idle; 0 for any"
                  + " number.",
              0,
              Integer.MAX_VALUE),
          Setting.number(PROBES, PROBES, PROBES_DESCRIPTION, 0, 32_768),
          Setting.number("ivf.probes", PROBES, PROBES_DESCRIPTION, 0, 32_768),
          Setting.word(HNSW_SCAN, ITERATIVE, List.of("off", "strict_order", "relaxed_order")),
          Setting.word(IVF_SCAN, ITERATIVE, List.of("off", "relaxed_order")),
          Setting.number(SCAN_TUPLES, SCAN_TUPLES, ITERATIVE, 1, Integer.MAX_VALUE),
          Setting.number(SCAN_MEMORY, SCAN_MEMORY, ITERATIVE, 1, 1_000),
          Setting.number(MAX_PROBES, MAX_PROBES, ITERATIVE, 1, 32_768));

  private static final Map<String, Setting> ALL =
      Stream.concat(OF_SESSION.stream(), SharedSettings.ALL.stream())
          .collect(
              Collectors.toMap(
                  Setting::name, Function.identity(), (a, b) -> a, LinkedHashMap::new));

  private final SharedSettings shared;
  private final Map<String, Object> defaults;
  private State state;
  private long queryMemoryBytes;
  private long statementTimeoutMillis;
  private boolean repeatableRead;
  private boolean readOnly;
  private boolean skipsRows;
  private SearchSettings search = SearchSettings.DEFAULT;
  private CommitMode commitMode = CommitMode.SYNCHRONOUS;

  public Settings(long defaultQueryMemoryBytes, SharedSettings shared) {
    this.shared = shared;
    this.defaults =
        Map.ofEntries(
            Map.entry(SEARCH_PATH, Planner.SEARCH_PATH),
            Map.entry(QUERY_MEMORY, defaultQueryMemoryBytes),
            Map.entry(STATEMENT_TIMEOUT, 0L),
            Map.entry(ISOLATION, false),
            Map.entry(READ_ONLY, false),
            Map.entry(SYNCHRONOUS_COMMIT, true),
            Map.entry(DATA_SKIPPING, true),
            Map.entry(TIME_ZONE, ZoneId.of("UTC")),
            Map.entry(EF_SEARCH, 0),
            Map.entry(RECALL_TARGET, 0.95),
            Map.entry(MAX_UNINDEXED_ROWS, SearchSettings.DEFAULT.unindexedRowsMax()),
            Map.entry(SEARCH_THREADS, SearchSettings.DEFAULT.threads()),
            Map.entry(PROBES, 0),
            Map.entry(HNSW_SCAN, "strict_order"),
            Map.entry(IVF_SCAN, "relaxed_order"),
            Map.entry(SCAN_TUPLES, 20_000),
            Map.entry(SCAN_MEMORY, 1),
            Map.entry(MAX_PROBES, 32_768));
    this.state = new State(defaults, defaults);
    restore(state);
  }

  /** All values at one moment: of the session, and with what SET LOCAL has changed over them. */
  public static final class State {
    private final Map<String, Object> session;
    private final Map<String, Object> current;

    private State(Map<String, Object> session, Map<String, Object> current) {
      this.session = session;
      this.current = current;
    }
  }

  public State state() {
    return state;
  }

  /** Goes back to an earlier state, as a rollback does. */
  public void restore(State earlier) {
    state = earlier;
    queryMemoryBytes = (Long) value(QUERY_MEMORY);
    statementTimeoutMillis = (Long) value(STATEMENT_TIMEOUT);
    repeatableRead = (Boolean) value(ISOLATION);
    readOnly = (Boolean) value(READ_ONLY);
    skipsRows = (Boolean) value(DATA_SKIPPING);
    search =
        new SearchSettings(
            (Integer) value(EF_SEARCH),
            (Integer) value(PROBES),
            (Double) value(RECALL_TARGET),
            (Integer) value(MAX_UNINDEXED_ROWS),
            (Integer) value(SEARCH_THREADS));
    commitMode =
        (Boolean) value(SYNCHRONOUS_COMMIT) ? CommitMode.SYNCHRONOUS : CommitMode.ASYNCHRONOUS;
  }

  /** Drops what SET LOCAL changed, as the end of a transaction does. */
  public void dropLocal() {
    restore(new State(state.session, state.session));
  }

  private Object value(String stored) {
    if (SharedSettings.has(stored)) {
      return shared.get(stored);
    }
    Object value = state.current.get(stored);
    if (value == null) {
      throw new IllegalStateException("no value of " + stored);
    }
    return value;
  }

  public long queryMemoryBytes() {
    return queryMemoryBytes;
  }

  /** How long a statement may run; 0 means for ever. */
  public long statementTimeoutMillis() {
    return statementTimeoutMillis;
  }

  /** Of the next transaction. */
  public boolean repeatableRead() {
    return repeatableRead;
  }

  public void setRepeatableRead(boolean repeatableRead) {
    put(ISOLATION, repeatableRead, false);
  }

  /** Of the next transaction. */
  public boolean readOnly() {
    return readOnly;
  }

  public void setReadOnly(boolean readOnly) {
    put(READ_ONLY, readOnly, false);
  }

  /** Whether statistics may say which rows need not be read. */
  public boolean skipsRows() {
    return skipsRows;
  }

  /** How searches over an index go about it. */
  public SearchSettings search() {
    return search;
  }

  /** Of what is committed now. */
  public CommitMode commitMode() {
    return commitMode;
  }

  /** The schemas in which names without one are looked up, in their order. */
  @SuppressWarnings("unchecked") // Setting.names gives nothing else.
  public List<String> searchPath() {
    return (List<String>) value(SEARCH_PATH);
  }

  public void setSearchPath(List<String> searchPath) {
    put(SEARCH_PATH, List.copyOf(searchPath), false);
  }

  /** The zone in which a TIMESTAMP WITH TIME ZONE is read from text and shown. */
  public ZoneId timeZone() {
    return (ZoneId) value(TIME_ZONE);
  }

  /**
   * Sets a setting, or gives it its default back when the value is null.
   *
   * @param local whether the change ends with the transaction
   * @throws QuiverException 42704 for an unknown name, 22023 for a value out of range, 0A000 for a
   *     local change of what all sessions share
   */
  public void set(String name, @Nullable String value, boolean local) {
    Setting setting = setting(name);
    if (SharedSettings.has(name)) {
      if (local) {
        throw new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED, name + " is not of one transaction, but of all");
      }
      shared.set(name, value == null ? null : setting.read().apply(value));
      return;
    }
    Object read = value == null ? defaults.get(setting.stored()) : setting.read().apply(value);
    if (read == null) {
      throw new IllegalStateException("no default of " + name);
    }
    put(setting.stored(), read, local);
  }

  private void put(String stored, Object value, boolean local) {
    Map<String, Object> current = new HashMap<>(state.current);
    current.put(stored, value);
    Map<String, Object> session = state.session;
    if (!local) {
      session = new HashMap<>(session);
      session.put(stored, value);
    }
    restore(new State(session, current));
  }

  /** Gives every setting its default back. */
  public void reset() {
    restore(new State(defaults, defaults));
  }

  /**
   * A setting's text.
   *
   * @throws QuiverException 42704
   */
  public String get(String name) {
    Setting setting = setting(name);
    return setting.show().apply(value(setting.stored()));
  }

  /**
   * Reads the name of an isolation level.
   *
   * @throws QuiverException 22023, or 0A000 for SERIALIZABLE
   */
  public static boolean isRepeatableRead(String value) {
    return (Boolean) setting(ISOLATION).read().apply(value);
  }

  /**
   * Reads what says on or off.
   *
   * @throws QuiverException 22023
   */
  public static boolean isReadOnly(String value) {
    return (Boolean) setting(READ_ONLY).read().apply(value);
  }

  /** The names of all settings, in order. */
  public static List<String> names() {
    return ALL.keySet().stream().sorted().toList();
  }

  /** What a setting is for, in a sentence. */
  public static String description(String name) {
    return setting(name).description();
  }

  private static Setting setting(String name) {
    Setting setting = ALL.get(name);
    if (setting == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_OBJECT, "there is no setting \"" + name + "\"; SHOW ALL lists them");
    }
    return setting;
  }
}
