package io.quiver.storage;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.IsolationLevel;
import io.quiver.storage.transaction.LocalTransaction;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.storage.transaction.Transaction;
import java.util.List;
import java.util.Map;

/** A store of one process. Safe for many threads. */
public final class LocalStore implements Store {
  private static final long FIRST_TABLE = 1;

  private final CommitPipeline pipeline;

  private LocalStore(CommitPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** An empty database that lives in memory, until it is closed. */
  public static LocalStore inMemory() {
    Catalog catalog = new Catalog(0, List.of());
    DatabaseState empty = DatabaseState.of(CommitVersion.ZERO, catalog, Map.of());
    return new LocalStore(new CommitPipeline(empty, FIRST_TABLE, null, Lsn.START));
  }

  @Override
  public Snapshot snapshot() {
    return pipeline.snapshot();
  }

  @Override
  public Transaction begin(IsolationLevel isolation, boolean readOnly) {
    return new LocalTransaction(pipeline, isolation, readOnly);
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
