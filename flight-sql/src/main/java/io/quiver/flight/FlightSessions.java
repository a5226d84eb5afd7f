package io.quiver.flight;

import com.google.protobuf.ByteString;
import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.Principal;
import io.quiver.engine.Session;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What lasts from one call to the next: a session a cookie or transaction, and statements by
 * handle. A stranger's handle is as unknown as a false one. Safe for many threads: all that changes
 * is guarded by this.
 *
 * <p>A session is closed by its client, when it is idle, or to make room for another; never while a
 * call uses it.
 */
final class FlightSessions implements AutoCloseable {
  static final int SESSIONS_MAX = 4_096;
  static final int STATEMENTS_MAX = 1_000;

  /** Between a transaction's id and what makes a savepoint's of it. */
  private static final String OF_TRANSACTION = "/";

  private final Database database;
  private final int most;

  /** The longest unused first. */
  private final Map<String, Entry> sessions = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<String, Handle> handles = new HashMap<>();

  FlightSessions(Database database) {
    this(database, SESSIONS_MAX);
  }

  FlightSessions(Database database, int most) {
    this.database = database;
    this.most = most;
  }

  /** The session of a cookie, or of a transaction where one is named. */
  synchronized Use use(String cookie, ByteString transactionId) {
    if (!transactionId.isEmpty()) {
      return new Use(transaction(transactionId));
    }
    Entry entry = sessions.get(cookie);
    return new Use(entry == null ? open(cookie, false) : entry);
  }

  /** The session that a statement was prepared in. */
  synchronized Use use(Handle handle) {
    Entry entry = sessions.get(handle.entry.id);
    if (entry != handle.entry) {
      throw new QuiverException(
          ErrorCode.CONNECTION_DOES_NOT_EXIST, "the statement's session has been closed");
    }
    return new Use(entry);
  }

  /** Opens a session whose statements belong together until {@link #end}. */
  synchronized ByteString begin() {
    Entry entry = open("tx-" + UUID.randomUUID(), true);
    entry.session.setAutoCommit(false);
    return ByteString.copyFromUtf8(entry.id);
  }

  void end(ByteString transactionId, boolean commit) {
    try (Use use = use("", transactionId)) {
      close(transactionId.toStringUtf8());
      use.exclusively(() -> {
        if (commit) {
          use.session().commit();
        } else {
          use.session().rollback();
        }
        return use;
      });
    }
  }

  /**
   * Marks this moment of a transaction.
   *
   * @return the savepoint's id, which no name of SQL is like: one name may stand for several
   */
  ByteString setSavepoint(ByteString transactionId) {
    String name = UUID.randomUUID().toString();
    try (Use use = use("", named(transactionId))) {
      use.session().setSavepoint(name);
    }
    return transactionId.concat(ByteString.copyFromUtf8(OF_TRANSACTION + name));
  }

  /**
   * Forgets a savepoint, or goes back to it.
   *
   * @throws QuiverException 25P01 when its transaction has ended, 3B001 when it has been forgotten
   */
  void endSavepoint(ByteString savepointId, boolean release) {
    String id = savepointId.toStringUtf8();
    int end = Math.max(0, id.lastIndexOf(OF_TRANSACTION));
    String name = id.substring(end).replace(OF_TRANSACTION, "");
    try (Use use = use("", named(ByteString.copyFromUtf8(id.substring(0, end))))) {
      if (release) {
        use.session().releaseSavepoint(name);
      } else {
        use.session().rollbackToSavepoint(name);
      }
    }
  }

  private static ByteString named(ByteString transactionId) {
    if (transactionId.isEmpty()) {
      throw new QuiverException(
          ErrorCode.NO_ACTIVE_TRANSACTION, "a savepoint belongs to a transaction, none is named");
    }
    return transactionId;
  }

  /** Keeps a statement for the calls to come. */
  synchronized ByteString register(Use use, PreparedStatement statement) {
    Entry entry = use.entry;
    if (entry.statements >= STATEMENTS_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "a session has at most " + STATEMENTS_MAX + " open statements; close some");
    }
    entry.statements++;
    String id = UUID.randomUUID().toString();
    handles.put(id, new Handle(entry, statement));
    return ByteString.copyFromUtf8(id);
  }

  synchronized Handle handle(ByteString id) {
    Handle handle = handles.get(id.toStringUtf8());
    if (handle == null) {
      throw new QuiverException(
          ErrorCode.CONNECTION_DOES_NOT_EXIST, "there is no statement of this handle");
    }
    return handle;
  }

  /** Forgets a statement; false where nobody knows it. */
  synchronized boolean closeHandle(ByteString id) {
    Handle handle = handles.remove(id.toStringUtf8());
    if (handle == null) {
      return false;
    }
    handle.entry.statements--;
    return true;
  }

  /** Closes a session, at once or when the last call that uses it ends. */
  synchronized void close(String id) {
    Entry entry = sessions.remove(id);
    if (entry == null) {
      return;
    }
    if (entry.statements > 0) {
      handles.values().removeIf(handle -> handle.entry == entry);
    }
    entry.ended = true;
    entry.closeIfUnused();
  }

  /** Closes the sessions that no call has used for so long, whatever they have open. */
  synchronized void closeIdle(Duration limit) {
    long now = System.nanoTime();
    sessions.values().stream()
        .filter(entry -> entry.uses == 0 && now - entry.lastUsedNanos >= limit.toNanos())
        .map(entry -> entry.id)
        .toList()
        .forEach(this::close);
  }

  synchronized int sessionCount() {
    return sessions.size();
  }

  /** Cancels what runs, and closes all. */
  @Override
  public synchronized void close() {
    sessions.values().forEach(entry -> entry.session.cancel());
    List.copyOf(sessions.keySet()).forEach(this::close);
  }

  private Entry transaction(ByteString id) {
    Entry entry = sessions.get(id.toStringUtf8());
    if (entry == null || !entry.transaction) {
      throw new QuiverException(
          ErrorCode.NO_ACTIVE_TRANSACTION, "there is no transaction of this id, or it has ended");
    }
    return entry;
  }

  private Entry open(String id, boolean transaction) {
    if (sessions.size() >= most) {
      sessions.values().stream()
          .filter(entry -> entry.uses == 0 && !entry.transaction && !entry.session.inTransaction())
          .findFirst()
          .map(entry -> entry.id)
          .ifPresent(this::close);
    }
    if (sessions.size() >= most) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "all " + most + " sessions are busy or have an open transaction");
    }
    Entry entry = new Entry(id, database.connectRemote(Principal.OWNER), transaction);
    sessions.put(id, entry);
    return entry;
  }

  private static final class Entry {
    private final String id;
    private final Session session;
    private final boolean transaction;
    private final ReentrantLock turn = new ReentrantLock();
    private int uses;
    private int statements;
    private long lastUsedNanos = System.nanoTime();
    private boolean ended;

    private Entry(String id, Session session, boolean transaction) {
      this.id = id;
      this.session = session;
      this.transaction = transaction;
    }

    private void closeIfUnused() {
      if (ended && uses == 0) {
        session.close();
      }
    }
  }

  /** Keeps a session open while a call needs it. */
  final class Use implements AutoCloseable {
    private final Entry entry;

    private Use(Entry entry) {
      this.entry = entry;
      entry.uses++;
    }

    Session session() {
      return entry.session;
    }

    /** Runs a change of several statements without others of the session between them. */
    <T> T exclusively(Supplier<T> work) {
      entry.turn.lock();
      try {
        return work.get();
      } finally {
        entry.turn.unlock();
      }
    }

    @Override
    public void close() {
      synchronized (FlightSessions.this) {
        entry.uses--;
        entry.lastUsedNanos = System.nanoTime();
        entry.closeIfUnused();
      }
    }
  }

  /** A prepared statement, and the parameters that were last bound to it. */
  static final class Handle {
    private final Entry entry;
    private final PreparedStatement statement;
    private volatile List<List<@Nullable Object>> bound = List.of(List.of());

    private Handle(Entry entry, PreparedStatement statement) {
      this.entry = entry;
      this.statement = statement;
    }

    PreparedStatement statement() {
      return statement;
    }

    void bind(List<List<@Nullable Object>> rows) {
      bound = rows;
    }

    /** One row a set of parameters; where nothing has been bound, one empty row. */
    List<List<@Nullable Object>> bound() {
      return bound;
    }
  }
}
