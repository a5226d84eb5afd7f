package io.quiver.avatica;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.jdbc.Backend;
import io.quiver.jdbc.EmbeddedBackendProvider;
import io.quiver.jdbc.QuiverUrl;
import io.quiver.types.QuiverException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.calcite.avatica.remote.Service;
import org.jspecify.annotations.Nullable;

/**
 * Databases in this process, shared by name or by real path. The last connection that closes closes
 * its database.
 */
public final class EmbeddedBackends implements EmbeddedBackendProvider {
  // All that two connections share is their URL, so the process is where they must meet.
  private static final Map<QuiverUrl.Embedded, Shared> OPEN = new HashMap<>();

  @Override
  public Backend open(QuiverUrl.Embedded url) throws SQLException {
    QuiverUrl.Embedded key = key(url);
    synchronized (OPEN) {
      Shared shared = OPEN.get(key);
      if (shared == null) {
        shared = new Shared(key, database(key));
        OPEN.put(key, shared);
      }
      shared.users++;
      return new SharedBackend(shared);
    }
  }

  private static QuiverUrl.Embedded key(QuiverUrl.Embedded url) throws SQLException {
    return switch (url) {
      case QuiverUrl.InMemory memory -> memory;
      case QuiverUrl.Directory directory -> {
        try {
          yield directory.withPath(new File(directory.path()).getCanonicalPath());
        } catch (IOException e) {
          throw new SQLException(
              "cannot resolve the path " + directory.path() + ": " + e.getMessage(), "58030", e);
        }
      }
    };
  }

  private static Database database(QuiverUrl.Embedded url) throws SQLException {
    try {
      return switch (url) {
        case QuiverUrl.InMemory memory -> Database.inMemory(memory.name());
        case QuiverUrl.Directory directory -> {
          Path path = new File(directory.path()).toPath();
          DatabaseOptions options = options(directory);
          yield directory.readOnly()
              ? Database.openReadOnly(path, options)
              : Database.open(path, options);
        }
      };
    } catch (QuiverException e) {
      throw new SQLException(e.getMessage(), e.sqlState(), e);
    }
  }

  private static DatabaseOptions options(QuiverUrl.Directory directory) throws SQLException {
    DatabaseOptions options = DatabaseOptions.defaults();
    options = options.withCacheBytes(directory.cacheBytes().orElse(options.cacheBytes()));
    QuiverUrl.Builds builds = directory.builds();
    try {
      if (builds.threads().isPresent()) {
        options = options.withBuildThreads(builds.threads().getAsInt());
      }
      if (builds.memoryBytes().isPresent()) {
        options = options.withBuildMemoryBytes(builds.memoryBytes().getAsLong());
      }
    } catch (IllegalArgumentException e) {
      String names = QuiverUrl.BUILD_THREADS + " and " + QuiverUrl.BUILD_MEMORY;
      throw new SQLException(names + " in a URL: " + e.getMessage(), "08001", e);
    }
    return directory.mapped() ? options.withMappedFiles() : options;
  }

  /** A database and how many connections it has; the count is guarded by {@link #OPEN}. */
  private static final class Shared {
    private final QuiverUrl.Embedded key;
    private final Database database;
    private final AvaticaService service;
    private int users;

    private Shared(QuiverUrl.Embedded key, Database database) {
      this.key = key;
      this.database = database;
      this.service = AvaticaService.embedded(database);
    }
  }

  private static final class SharedBackend implements Backend {
    private final Shared shared;
    private boolean closed;

    private SharedBackend(Shared shared) {
      this.shared = shared;
    }

    @Override
    public Service.Response call(Service.Request request) {
      return shared.service.answer(request);
    }

    @Override
    public @Nullable Object session(String connectionId) {
      return shared.service.session(connectionId);
    }

    @Override
    public void cancel(String connectionId, int statementId) {
      shared.service.cancel(connectionId, statementId);
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        if (closed) {
          return;
        }
        closed = true;
        shared.users--;
        if (shared.users == 0) {
          OPEN.remove(shared.key);
          shared.service.close();
          shared.database.close();
        }
      }
    }
  }
}
