package io.quiver.engine;

import io.quiver.engine.command.Settings;
import io.quiver.engine.command.SharedSettings;
import io.quiver.engine.command.SystemTables;
import io.quiver.executor.expression.UserFunction;
import io.quiver.formats.FileAccess;
import io.quiver.planner.Planner;
import io.quiver.storage.LocalStore;
import io.quiver.storage.Store;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.LocalFileSystem;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * A database in this process. One process opens a directory at a time; within it, any number of
 * sessions. Safe for many threads.
 */
public final class Database implements AutoCloseable {
  private final String name;
  private final DatabaseOptions options;
  private final Store store;
  private final Clock clock;
  private final Planner planner;
  private final TableChecks checks;
  private final PlanCache planCache = new PlanCache();
  private final StatementResolver resolver;
  private final SharedSettings sharedSettings;
  private final FileAccess remoteFiles;
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private Database(
      String name, DatabaseOptions options, FileAccess remoteFiles, Store store, Clock clock) {
    this.name = name;
    this.options = options;
    this.store = store;
    this.clock = clock;
    this.sharedSettings = new SharedSettings(store);
    this.remoteFiles = remoteFiles;
    this.planner = new Planner(name, functions(options), SystemTables.all());
    this.checks = new TableChecks(planner);
    this.resolver = new StatementResolver(planner, planCache);
    store.evaluateBy(new RowsOfIndexes(planner));
  }

  /**
   * Opens the database in a directory, and makes an empty one where there is none.
   *
   * @throws QuiverException 55P03 when it is open already, 58P01 when a newer Quiver wrote it or a
   *     copy root is not there, XX001 when it is damaged, 58030 when it cannot be read
   */
  public static Database open(Path directory) {
    return open(directory, DatabaseOptions.defaults());
  }

  public static Database open(Path directory, DatabaseOptions options) {
    return open(directory, options, LocalStore::open);
  }

  /**
   * Opens the database in a directory for reading, together with any number of others who do, in
   * this process and in others. No file is made or changed, and every change is 25006.
   *
   * @throws QuiverException 55P03 when someone has it open for writing, 58P01 when there is none or
   *     one of another version, XX001 when it is damaged, 58030 when it cannot be read
   */
  public static Database openReadOnly(Path directory, DatabaseOptions options) {
    return open(directory, options, LocalStore::openReadOnly);
  }

  private static Database open(
      Path directory, DatabaseOptions options, Function<StoreOptions, Store> opening) {
    Path path = directory.toAbsolutePath().normalize();
    Path last = path.getFileName();
    Clock clock = Clock.systemUTC();
    FileAccess remoteFiles = FileAccess.below(options.copyRoots());
    Store store =
        opening.apply(
            StoreOptions.of(new LocalFileSystem(path))
                .withMemTableBytes(options.memTableBytes())
                .withMemory(options.memory())
                .withCacheBytes(options.cacheBytes())
                .withBuilds(options.builds()));
    return new Database(
        last == null ? "quiver" : last.toString(), options, remoteFiles, store, clock);
  }

  /** A database that lives in memory, until it is closed. */
  public static Database inMemory(String name) {
    return inMemory(name, DatabaseOptions.defaults());
  }

  public static Database inMemory(String name, DatabaseOptions options) {
    Clock clock = Clock.systemUTC();
    FileAccess remoteFiles = FileAccess.below(options.copyRoots());
    return new Database(name, options, remoteFiles, LocalStore.inMemory(options.builds()), clock);
  }

  /** A database on a store, which it closes. */
  static Database over(Store store, String name) {
    DatabaseOptions options = DatabaseOptions.defaults();
    FileAccess remoteFiles = FileAccess.below(options.copyRoots());
    return new Database(name, options, remoteFiles, store, Clock.systemUTC());
  }

  /** The catalog's name in SQL: the directory's last part, or the name in memory. */
  public String name() {
    return name;
  }

  public Session connect() {
    return connect(Principal.OWNER);
  }

  /**
   * Starts a conversation with someone in this process.
   *
   * @throws QuiverException 57P01 when the database has been closed
   */
  public Session connect(Principal principal) {
    return connect(principal, FileAccess.anywhere());
  }

  /** Starts a conversation with someone on the network, whose COPY keeps to the copy roots. */
  public Session connectRemote(Principal principal) {
    return connect(principal, remoteFiles);
  }

  private Session connect(Principal principal, FileAccess files) {
    if (closed) {
      throw new QuiverException(
          ErrorCode.ADMIN_SHUTDOWN, "database \"" + name + "\" has been closed");
    }
    Settings settings = new Settings(options.queryMemoryBytes(), sharedSettings);
    Session session = new Session(this, principal, settings, files);
    sessions.add(session);
    return session;
  }

  /** Quiver's version, such as 0.1.0. */
  public static String version() {
    String version = Database.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }

  /** Cancels what runs, closes all sessions, and releases the directory. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    sessions.forEach(Session::cancel);
    sessions.forEach(Session::close);
    store.close();
  }

  Store store() {
    return store;
  }

  Clock clock() {
    return clock;
  }

  Planner planner() {
    return planner;
  }

  TableChecks checks() {
    return checks;
  }

  PlanCache planCache() {
    return planCache;
  }

  StatementResolver resolver() {
    return resolver;
  }

  void disconnected(Session session) {
    sessions.remove(session);
  }

  private static List<UserFunction> functions(DatabaseOptions options) {
    List<UserFunction> all = new ArrayList<>(options.functions());
    ServiceLoader.load(FunctionPlugin.class).forEach(plugin -> all.addAll(plugin.functions()));
    return all;
  }
}
