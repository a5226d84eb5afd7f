package io.quiver.engine.copy;

import io.quiver.executor.expression.CompiledExpression;
import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ExpressionEvaluator;
import io.quiver.executor.operator.ExecutionContext;
import io.quiver.executor.operator.IdentityColumn;
import io.quiver.formats.BatchSource;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of a table of those of one source, a file or a client, and appends them to the
 * transaction. Whole batches are converted at once; only where one fails are its bad rows looked
 * for. Owned by one thread.
 */
final class RowLoader {
  private final ExecutionContext context;
  private final TableDefinition table;
  private final BatchSource source;
  private final RowPlan plan;
  private final CopyErrors errors;
  private final IdentityColumn identity;
  private final List<CompiledExpression> columns = new ArrayList<>();
  private final Map<Integer, Defaults> defaults = new HashMap<>();
  private long rows;

  /** Bytes of the statement's budget that the rows appended so far take. */
  private long reserved;

  /** Rows of the batch that the source gave, by their position among those that are still there. */
  private int[] positions = new int[0];

  RowLoader(
      ExecutionContext context,
      TableDefinition table,
      BatchSource source,
      RowPlan plan,
      CopyErrors errors) {
    this.context = context;
    this.table = table;
    this.source = source;
    this.plan = plan;
    this.errors = errors;
    source.endWhen(context.cancelled());
    context.awaitKeysToChange(table.id());
    context.awaitIndexes(table.id());
    this.identity = IdentityColumn.of(table, context.transaction());
    for (Expression column : plan.columns()) {
      columns.add(compile(column));
    }
    for (RowPlan.Omission omission : plan.omissions()) {
      defaults.put(
          omission.column(), new Defaults(omission.position(), compile(omission.otherwise())));
    }
  }

  private CompiledExpression compile(Expression expression) {
    return ExpressionEvaluator.compile(expression, context.evaluation());
  }

  /** What a column of the table gets in rows that leave out a column of the source. */
  private record Defaults(int position, CompiledExpression values) {}

  /** Rows appended so far. */
  long rows() {
    return rows;
  }

  /** Takes the next batch; false at the end of the file. */
  boolean loadNext() {
    context.checkCancelled();
    Batch read = source.next();
    if (read == null) {
      return false;
    }
    positions = new int[read.rowCount()];
    Arrays.setAll(positions, i -> i);
    Batch checked = checked(read);
    if (checked.rowCount() > 0) {
      append(checked);
    }
    return true;
  }

  /** The rows of the table, without those that do not fit, which are told in their order. */
  private Batch checked(Batch read) {
    SortedMap<Integer, QuiverException> bad = new TreeMap<>();
    Batch rest = vectorsOf(read, bad);
    while (rest.rowCount() > 0) {
      List<Column> values = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        Column converted = converted(rest, i, bad);
        if (converted != null) {
          values.add(converted);
        }
      }
      if (bad.isEmpty()) {
        return new Batch(values, rest.rowCount());
      }
      bad.values().forEach(errors::bad);
      rest = without(rest, bad.keySet());
      bad.clear();
    }
    return rest;
  }

  /** What vectors are made of becomes vectors; vectors are checked. */
  private Batch vectorsOf(Batch read, Map<Integer, QuiverException> bad) {
    List<Column> made = new ArrayList<>(read.columns());
    for (RowPlan.VectorInput input : plan.vectors()) {
      Column column =
          VectorArrays.of(
              made.get(input.position()),
              input.wanted(),
              (e, row) -> bad(e, row, input.target(), bad));
      made.set(input.position(), column);
      if (column.type() instanceof SqlType.Vector vector) {
        FiniteVectors.check(column, vector, (e, row) -> bad(e, row, input.target(), bad));
      }
    }
    return new Batch(made, read.rowCount());
  }

  /** Of a row with several faults, the first is told. */
  private void bad(
      QuiverException problem,
      int row,
      ColumnDefinition column,
      Map<Integer, QuiverException> bad) {
    bad.putIfAbsent(row, located(problem, row, column));
  }

  private QuiverException located(
      QuiverException problem, int row, @Nullable ColumnDefinition column) {
    String where = source.where(positions[row]);
    String what =
        column == null
            ? ""
            : ", column \"" + column.name() + "\" (" + column.type().sqlName() + ")";
    return new QuiverException(problem.code(), where + what + ": " + problem.getMessage(), problem);
  }

  private Batch without(Batch batch, Set<Integer> bad) {
    int[] good = new int[batch.rowCount() - bad.size()];
    int[] kept = new int[good.length];
    int count = 0;
    for (int row = 0; row < batch.rowCount(); row++) {
      if (!bad.contains(row)) {
        good[count] = row;
        kept[count++] = positions[row];
      }
    }
    positions = kept;
    return batch.gather(good, count, Arena.ofAuto());
  }

  /** The values of a column, or null where it found bad rows. */
  private @Nullable Column converted(Batch batch, int column, Map<Integer, QuiverException> bad) {
    CompiledExpression values = columns.get(column);
    try {
      return withDefaults(values.evaluate(batch), batch, column);
    } catch (QuiverException e) {
      if (!isAboutData(e)) {
        throw e;
      }
      int[] all = new int[batch.rowCount()];
      Arrays.setAll(all, i -> i);
      find(values, batch, all, table.columns().get(column), bad);
      if (bad.isEmpty()) {
        throw e;
      }
      return null;
    }
  }

  /** A value that the source leaves out, where others of the column are there. */
  private Column withDefaults(Column given, Batch batch, int column) {
    Defaults otherwise = defaults.get(column);
    Column present = otherwise == null ? null : source.present(otherwise.position());
    if (otherwise == null || present == null) {
      return given;
    }
    Column omitted = otherwise.values().evaluate(batch);
    ColumnBuilder out = new ColumnBuilder(given.type(), batch.rowCount());
    for (int row = 0; row < batch.rowCount(); row++) {
      out.appendFrom(present.getBoolean(positions[row]) ? given : omitted, row);
    }
    return out.build();
  }

  /** Halves the rows until the bad ones are alone. */
  private void find(
      CompiledExpression conversion,
      Batch batch,
      int[] rows,
      ColumnDefinition column,
      Map<Integer, QuiverException> bad) {
    try {
      conversion.evaluate(batch.gather(rows, rows.length, Arena.ofAuto()));
    } catch (QuiverException e) {
      if (!isAboutData(e)) {
        throw e;
      }
      if (rows.length == 1) {
        bad(e, rows[0], column, bad);
        return;
      }
      find(conversion, batch, Arrays.copyOf(rows, rows.length / 2), column, bad);
      find(conversion, batch, Arrays.copyOfRange(rows, rows.length / 2, rows.length), column, bad);
    }
  }

  /** Whether the fault lies with a value: classes 22 and 23. */
  private static boolean isAboutData(QuiverException e) {
    return e.sqlState().startsWith("22") || e.sqlState().startsWith("23");
  }

  private void append(Batch batch) {
    if (!context.memory().tryReserve(batch.sizeInBytes())) {
      context.transaction().awaitWritten();
      releaseWritten();
      context.memory().reserve(batch.sizeInBytes());
    }
    reserved += batch.sizeInBytes();
    int[] all = new int[batch.rowCount()];
    Arrays.setAll(all, i -> i);
    append(identity.fill(batch), all);
    releaseWritten();
  }

  /** What has gone to a segment is in memory no more. */
  private void releaseWritten() {
    long written = Math.max(0, reserved - context.transaction().memoryBytes());
    context.memory().release(written);
    reserved -= written;
  }

  /** Appends rows; where some break a rule of the table, all the others. */
  private void append(Batch batch, int[] from) {
    try {
      context.transaction().append(table.id(), batch);
      rows += batch.rowCount();
    } catch (QuiverException e) {
      if (!isAboutData(e)) {
        throw e;
      }
      if (batch.rowCount() == 1) {
        errors.bad(located(e, from[0], null));
        return;
      }
      int half = batch.rowCount() / 2;
      append(part(batch, 0, half), Arrays.copyOf(from, half));
      append(part(batch, half, batch.rowCount()), Arrays.copyOfRange(from, half, from.length));
    }
  }

  private static Batch part(Batch batch, int from, int to) {
    int[] rows = new int[to - from];
    Arrays.setAll(rows, i -> from + i);
    return batch.gather(rows, rows.length, Arena.ofAuto());
  }
}
