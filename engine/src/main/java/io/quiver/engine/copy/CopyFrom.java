package io.quiver.engine.copy;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.formats.BatchSource;
import io.quiver.formats.FileAccess;
import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.Formats;
import io.quiver.formats.InputFile;
import io.quiver.formats.WantedColumns;
import io.quiver.planner.Planner;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Field;
import java.nio.file.Path;
import java.util.List;

/**
 * COPY table FROM files, within the transaction of the statement: its rows are committed together.
 * Those that are kept in memory until then count against the statement's budget; where a
 * transaction has many they go to segments.
 */
public final class CopyFrom {
  private final Statement.CopyFrom command;
  private final TableDefinition table;
  private final ExecutionContext context;
  private final List<Expression> defaults;
  private final CopyErrors errors;
  private final CopyProgress.Listener listener;

  /** A copy into a table that the statement may change. */
  public CopyFrom(
      Statement.CopyFrom command,
      TableDefinition table,
      ExecutionContext context,
      Planner planner,
      CopyErrors errors,
      CopyProgress.Listener listener) {
    this.command = command;
    this.table = table;
    this.context = context;
    this.defaults = planner.defaults(table);
    this.errors = errors;
    this.listener = listener;
  }

  /**
   * Copies all files.
   *
   * @return rows added
   * @throws io.quiver.types.QuiverException with file, line or row, and column of the first row
   *     that does not fit, unless errors are skipped
   */
  public long run(FileAccess files) {
    FormatOptions options = CopyFormats.options(command.options(), command.path());
    List<Path> paths = files.inputs(command.path());
    long bytesTotal = 0;
    for (Path path : paths) {
      try (InputFile file = InputFile.open(path)) {
        bytesTotal += file.size();
      }
    }
    List<Integer> targets = CopyMapping.targets(table, command.columns());
    List<Field> fields =
        targets.stream().map(target -> table.columns().get(target).field()).toList();
    boolean named = !command.columns().isEmpty();
    WantedColumns wanted = new WantedColumns(fields, named);
    long rows = 0;
    long bytesBefore = 0;
    for (Path path : paths) {
      // A glob may leave the ending, and so the format, to each file.
      boolean told = Format.find(command.path()) != null;
      Format format =
          CopyFormats.format(command.options(), told ? command.path() : path.toString());
      try (BatchSource source = Formats.open(path, format, options, wanted, errors)) {
        CopyMapping mapping =
            CopyMapping.of(table, targets, named, source, command.options().byPosition());
        RowLoader loader =
            new RowLoader(context, table, source, mapping.plan(table, source, defaults), errors);
        while (loader.loadNext()) {
          listener.progress(
              new CopyProgress(bytesBefore + source.bytesRead(), bytesTotal, rows + loader.rows()));
        }
        rows += loader.rows();
        bytesBefore += source.bytesTotal();
      }
    }
    listener.progress(new CopyProgress(bytesTotal, bytesTotal, rows));
    return rows;
  }
}
