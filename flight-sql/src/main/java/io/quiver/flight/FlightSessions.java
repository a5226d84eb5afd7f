package io.quiver.flight;

import com.google.protobuf.ByteString;
import io.quiver.engine.Database;
import io.quiver.engine.PreparedStatement;
import io.quiver.engine.Session;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What lasts from one call to the next: a session a cookie or transaction, and statements by
 * handle. What has not been used for a while is closed; a stranger's handle is as unknown as a
 * false one. Safe for many threads.
 */
final class FlightSessions implements AutoCloseable {
  static final int SESSIONS_MAX = 4_096;

  private static final long IDLE_NANOS = 30L * 60 * 1_000_000_000;

  private final Database database;
  private final Map<String, Entry> sessions = new ConcurrentHashMap<>();
  private final Map<String, Handle> handles = new ConcurrentHashMap<>();

  FlightSessions(Database database) {
    this.database = database;
  }

  /** The session of a cookie, or of a transaction where one is named. */
  Session session(String cookie, ByteString transactionId) {
    return entry(cookie, transactionId).session;
  }

  private Entry entry(String cookie, ByteString transactionId) {
    if (!transactionId.isEmpty()) {
      Entry entry = sessions.get(transactionId.toStringUtf8());
      if (entry == null || !entry.transaction) {
        throw new QuiverException(
            ErrorCode.NO_ACTIVE_TRANSACTION, "there is no transaction of this id, or it has ended");
      }
      entry.touch();
      return entry;
    }
    Entry entry = sessions.get(cookie);
    if (entry == null) {
      makeRoom();
      entry = sessions.computeIfAbsent(cookie, id -> new Entry(id, database.connect(), false));
    }
    entry.touch();
    return entry;
  }

  /** Opens a session whose statements belong together until {@link #end}. */
  ByteString begin() {
    makeRoom();
    Session session = database.connect();
    session.setAutoCommit(false);
    String id = "tx-" + UUID.randomUUID();
    sessions.put(id, new Entry(id, session, true));
    return ByteString.copyFromUtf8(id);
  }

  void end(ByteString transactionId, boolean commit) {
    Session session = session("", transactionId);
    try {
      if (commit) {
        session.commit();
      } else {
        session.rollback();
      }
    } finally {
      close(transactionId.toStringUtf8());
    }
  }

  /** Keeps a statement for the calls to come. */
  ByteString register(String cookie, ByteString transactionId, PreparedStatement statement) {
    Entry entry = entry(cookie, transactionId);
    String id = UUID.randomUUID().toString();
    handles.put(id, new Handle(entry.id, statement));
    return ByteString.copyFromUtf8(id);
  }

  Handle handle(ByteString id) {
    Handle handle = handles.get(id.toStringUtf8());
    if (handle == null) {
      throw new QuiverException(
          ErrorCode.CONNECTION_DOES_NOT_EXIST, "there is no statement of this handle");
    }
    return handle;
  }

  /** The session that a handle was made in. */
  Session session(Handle handle) {
    Entry entry = sessions.get(handle.sessionId);
    if (entry == null) {
      throw new QuiverException(
          ErrorCode.CONNECTION_DOES_NOT_EXIST, "the statement's session has been closed");
    }
    entry.touch();
    return entry.session;
  }

  void closeHandle(ByteString id) {
    handles.remove(id.toStringUtf8());
  }

  void close(String id) {
    Entry entry = sessions.remove(id);
    handles.values().removeIf(handle -> handle.sessionId.equals(id));
    if (entry != null) {
      entry.session.close();
    }
  }

  /** Closes what is idle, and where that is not enough the longest unused without a transaction. */
  private void makeRoom() {
    long now = System.nanoTime();
    List<Entry> all = new ArrayList<>(sessions.values());
    for (Entry entry : all) {
      if (now - entry.lastUsed > IDLE_NANOS) {
        close(entry.id);
      }
    }
    if (sessions.size() < SESSIONS_MAX) {
      return;
    }
    all.stream()
        .filter(entry -> !entry.session.inTransaction())
        .min((a, b) -> Long.compare(a.lastUsed - now, b.lastUsed - now))
        .ifPresent(entry -> close(entry.id));
    if (sessions.size() >= SESSIONS_MAX) {
      throw new QuiverException(
          ErrorCode.PROGRAM_LIMIT_EXCEEDED,
          "all " + SESSIONS_MAX + " sessions have an open transaction");
    }
  }

  @Override
  public void close() {
    List.copyOf(sessions.keySet()).forEach(this::close);
  }

  private static final class Entry {
    private final String id;
    private final Session session;
    private final boolean transaction;
    private volatile long lastUsed = System.nanoTime();

    private Entry(String id, Session session, boolean transaction) {
      this.id = id;
      this.session = session;
      this.transaction = transaction;
    }

    private void touch() {
      lastUsed = System.nanoTime();
    }
  }

  /** A prepared statement, and the parameters that were last bound to it. */
  static final class Handle {
    private final String sessionId;
    private final PreparedStatement statement;
    private volatile List<List<@Nullable Object>> bound = List.of();

    private Handle(String sessionId, PreparedStatement statement) {
      this.sessionId = sessionId;
      this.statement = statement;
    }

    PreparedStatement statement() {
      return statement;
    }

    void bind(List<List<@Nullable Object>> rows) {
      bound = rows;
    }

    /** One row a set of parameters; a statement without parameters has one empty row. */
    List<List<@Nullable Object>> bound() {
      return bound.isEmpty() && statement.parameterTypes().isEmpty() ? List.of(List.of()) : bound;
    }
  }
}
