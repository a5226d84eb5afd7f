package io.quiver.engine;

import io.quiver.engine.command.Rows;
import io.quiver.engine.command.SystemTables;
import io.quiver.engine.copy.CopyErrors;
import io.quiver.engine.copy.CopyFrom;
import io.quiver.engine.copy.CopyProgress;
import io.quiver.engine.copy.CopyTo;
import io.quiver.engine.definition.Names;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.formats.FileAccess;
import io.quiver.planner.Planner;
import io.quiver.sql.Statement;
import io.quiver.types.Batch;
import io.quiver.types.QuiverException;

/**
 * What one session copies: the files that it may touch, who is told how far it has come, and what
 * the last COPY FROM left out. Owned by the session's thread.
 */
final class Copies {
  private final FileAccess files;
  private volatile CopyProgress.Listener listener = progress -> {};
  private CopyErrors lastErrors = new CopyErrors(true);

  Copies(FileAccess files) {
    this.files = files;
  }

  void setListener(CopyProgress.Listener listener) {
    this.listener = listener;
  }

  /** Rows that COPY table FROM added. */
  long from(Statement.CopyFrom command, Names names, ExecutionContext context, Planner planner) {
    CopyErrors errors = new CopyErrors(command.options().skipErrors());
    lastErrors = errors;
    return new CopyFrom(
            command, names.existingTable(command.table()), context, planner, errors, listener)
        .run(files);
  }

  /** Rows that COPY query TO wrote. */
  long to(Statement.CopyTo command, Names names, ExecutionContext context, Planner planner) {
    return new CopyTo(
            command,
            planner.plan(command.query(), names.catalog(), names.searchPath()),
            context,
            listener)
        .run(files);
  }

  /** The rows of quiver.copy_errors: the reasons kept, and how many rows there were besides. */
  Batch errors() {
    Rows rows = new Rows(SystemTables.COPY_ERRORS.schema());
    for (QuiverException problem : lastErrors.kept()) {
      rows.add(1L, problem.sqlState(), problem.getMessage());
    }
    long more = lastErrors.count() - lastErrors.kept().size();
    if (more > 0) {
      rows.add(more, "", "and more rows, of which the reasons are not kept");
    }
    return rows.batch();
  }
}
