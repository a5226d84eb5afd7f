package io.quiver.storage;

import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The jobs that run, and the last that are over. Its lock owns everything. */
final class Jobs {
  private static final int FINISHED_KEPT = 100;

  private final InstantSource clock;
  private final List<Running> running = new ArrayList<>();
  private final Deque<Job> finished = new ArrayDeque<>();
  private long nextId = 1;

  Jobs(InstantSource clock) {
    this.clock = clock;
  }

  /** A job that runs; the thread that does it reports here. */
  final class Running {
    private final long id;
    private final Job.Kind kind;
    private final @Nullable TableDefinition table;
    private final Instant started;
    private final long rowsTotal;
    private final long bytesTotal;
    private long rowsDone;
    private long bytesDone;

    private Running(
        long id, Job.Kind kind, @Nullable TableDefinition table, long rowsTotal, long bytesTotal) {
      this.id = id;
      this.kind = kind;
      this.table = table;
      this.started = clock.instant();
      this.rowsTotal = rowsTotal;
      this.bytesTotal = bytesTotal;
    }

    void wrote(long bytes) {
      synchronized (Jobs.this) {
        bytesDone += bytes;
      }
    }

    void finishedRows(long rows) {
      synchronized (Jobs.this) {
        rowsDone += rows;
      }
    }

    /** Ends the job: without a failure it is finished. */
    void end(@Nullable Throwable failure) {
      Job.State state = Job.State.FAILED;
      if (failure == null) {
        state = Job.State.FINISHED;
      } else if (failure instanceof QuiverException e && isCancel(e.code())) {
        state = Job.State.CANCELED;
      }
      synchronized (Jobs.this) {
        running.remove(this);
        finished.addLast(
            job(state, clock.instant(), failure == null ? null : String.valueOf(failure)));
        if (finished.size() > FINISHED_KEPT) {
          finished.removeFirst();
        }
      }
    }

    private Job job(Job.State state, @Nullable Instant end, @Nullable String error) {
      return new Job(
          id,
          kind,
          table == null ? null : table.schemaName(),
          table == null ? null : table.name(),
          state,
          started,
          end,
          rowsDone,
          rowsTotal,
          bytesDone,
          bytesTotal,
          error);
    }
  }

  private static boolean isCancel(ErrorCode code) {
    return code == ErrorCode.QUERY_CANCELED || code == ErrorCode.ADMIN_SHUTDOWN;
  }

  /** A number that no other job has. */
  synchronized long nextId() {
    return nextId++;
  }

  /** Begins a job that the caller ends. */
  synchronized Running start(
      Job.Kind kind, @Nullable TableDefinition table, long rowsTotal, long bytesTotal) {
    return start(nextId(), kind, table, rowsTotal, bytesTotal);
  }

  /** Begins a job that has its number already. */
  synchronized Running start(
      long id, Job.Kind kind, @Nullable TableDefinition table, long rowsTotal, long bytesTotal) {
    Running job = new Running(id, kind, table, rowsTotal, bytesTotal);
    running.add(job);
    return job;
  }

  /** Those that are over, oldest first, and then those that run. */
  synchronized List<Job> list() {
    List<Job> all = new ArrayList<>(finished);
    running.forEach(job -> all.add(job.job(Job.State.RUNNING, null, null)));
    return all;
  }
}
