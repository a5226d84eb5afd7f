package io.quiver.storage;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.TableState;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/**
 * Reads the keys of all tables after opening, on a thread of its own that ends with it. Whoever
 * wants the keys of a table earlier waits for them, and meets the failure where they cannot be
 * read.
 */
final class BackgroundKeys implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BackgroundKeys.class.getName());

  private final CommitPipeline pipeline;
  private final Jobs jobs;
  private final BackgroundThread thread;
  private volatile boolean closed;

  BackgroundKeys(CommitPipeline pipeline, Jobs jobs, Scheduler scheduler) {
    this.pipeline = pipeline;
    this.jobs = jobs;
    this.thread = BackgroundThread.start(scheduler, "quiver-keys", this::run);
  }

  private void run() {
    DatabaseState opened = pipeline.visible();
    for (TableDefinition table : opened.catalog().tables()) {
      TableState state = opened.tables().get(table.id());
      if (state != null && !closed) {
        read(table, state.rowCount());
      }
    }
  }

  private void read(TableDefinition table, long rows) {
    int keys = pipeline.unreadKeys(table.id());
    if (keys == 0 || rows == 0) {
      return;
    }
    Jobs.Running job = jobs.start(Job.Kind.KEYS, table, keys * rows, 0);
    try {
      pipeline.readKeys(
          table.id(),
          read -> {
            job.finishedRows(read);
            if (closed) {
              throw new QuiverException(ErrorCode.ADMIN_SHUTDOWN, "the database has been closed");
            }
          });
      job.end(null);
    } catch (RuntimeException | Error e) {
      // An error, too: memory may suffice when the keys are wanted.
      job.end(e);
      if (!closed) {
        LOG.log(
            System.Logger.Level.ERROR,
            "the keys of table "
                + table.name()
                + " cannot be read; it is tried again for whoever"
                + " wants them",
            e);
      }
    }
  }

  /** Ends the reading. */
  @Override
  public void close() {
    closed = true;
    thread.join();
  }
}
