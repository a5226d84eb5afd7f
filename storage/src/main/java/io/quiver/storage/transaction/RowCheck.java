package io.quiver.storage.transaction;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Checks rows against the definition of their table, before any of them is added. */
final class RowCheck {
  private RowCheck() {}

  static void check(TableDefinition table, Batch rows, RowConditions conditions) {
    if (rows.width() != table.columns().size()) {
      throw new IllegalArgumentException(
          "table "
              + table.name()
              + " has "
              + table.columns().size()
              + " columns, the rows have "
              + rows.width());
    }
    for (int i = 0; i < rows.width(); i++) {
      ColumnDefinition wanted = table.columns().get(i);
      Column found = rows.column(i);
      checkType(wanted, found.type());
      if (!wanted.nullable()) {
        checkNotNull(table, wanted, found);
      }
      checkLength(wanted, found);
    }
    List<Constraint.Check> checks = table.constraints(Constraint.Check.class);
    if (!checks.isEmpty()) {
      conditions.check(table, checks, rows);
    }
  }

  /** Whether rows that were good may be bad under another definition of their table. */
  static boolean asksMore(TableDefinition before, TableDefinition altered) {
    return !newNotNull(before, altered).isEmpty()
        || !newChecks(before, altered).isEmpty()
        || !ForeignKeys.added(before, altered).isEmpty();
  }

  /**
   * Checks the rows that are there against what their table asks for from now on.
   *
   * @throws QuiverException 23502, 23514
   */
  static void checkAltered(TableDefinition before, TableState rows, RowConditions conditions) {
    TableDefinition altered = rows.definition();
    checkNotNull(rows, newNotNull(before, altered));
    List<Constraint.Check> checks = newChecks(before, altered);
    if (!checks.isEmpty()) {
      checkConditions(rows, checks, conditions);
    }
  }

  private static List<ColumnDefinition> newNotNull(
      TableDefinition before, TableDefinition altered) {
    return altered.columns().stream()
        .filter(column ->
            !column.nullable()
                && (!before.has(column.id()) || before.column(column.id()).nullable()))
        .toList();
  }

  private static List<Constraint.Check> newChecks(TableDefinition before, TableDefinition altered) {
    return altered.constraints(Constraint.Check.class).stream()
        .filter(check ->
            before.constraints(Constraint.Check.class).stream()
                .noneMatch(old -> same(before, old, altered, check)))
        .toList();
  }

  private static boolean same(
      TableDefinition before, Constraint.Check old, TableDefinition altered, Constraint.Check now) {
    return old.sql().equals(now.sql())
        && old.columns().equals(now.columns())
        && old.columns().stream()
            .allMatch(id -> before.column(id).name().equals(altered.column(id).name()));
  }

  private static void checkConditions(
      TableState table, List<Constraint.Check> checks, RowConditions conditions) {
    TableDefinition definition = table.definition();
    for (TablePart part : table.parts()) {
      for (int from = 0; from < part.rowCount(); from += Batch.ROWS) {
        int first = from;
        int count = Math.min(Batch.ROWS, part.rowCount() - first);
        int[] live = new int[count];
        int liveCount = 0;
        for (int row = 0; row < count; row++) {
          if (!part.deleted().contains(first + row)) {
            live[liveCount++] = row;
          }
        }
        List<Column> columns =
            definition.columns().stream()
                .map(column -> part.slice(column.id(), first, count))
                .toList();
        Batch all = new Batch(columns, count);
        if (liveCount > 0) {
          conditions.check(
              definition,
              checks,
              liveCount == count ? all : all.gather(live, liveCount, Arena.ofAuto()));
        }
      }
    }
  }

  /** Checks the value that rows from before a column get in it. */
  static void checkInitial(ColumnDefinition column) {
    Column initial = column.initial();
    if (initial != null) {
      checkType(column, initial.type());
      checkLength(column, initial);
    }
  }

  private static boolean hasNull(TablePart part, ColumnDefinition column) {
    for (int from = 0; from < part.rowCount(); from += Batch.ROWS) {
      int count = Math.min(Batch.ROWS, part.rowCount() - from);
      Column values = part.slice(column.id(), from, count);
      for (int row = 0; values.mayHaveNulls() && row < count; row++) {
        if (values.isNull(row) && !part.deleted().contains(from + row)) {
          return true;
        }
      }
    }
    return false;
  }

  private static void checkLength(ColumnDefinition wanted, Column found) {
    if (wanted.type() instanceof SqlType.Array(SqlType element)) {
      checkLength(wanted, element, found.elements());
    } else {
      checkLength(wanted, wanted.type(), found);
    }
  }

  private static void checkLength(ColumnDefinition wanted, SqlType type, Column found) {
    if (type instanceof SqlType.Varchar(int maxLength) && maxLength != SqlType.Varchar.UNBOUNDED) {
      checkCharacters(wanted, found, maxLength);
    } else if (type instanceof SqlType.Varbinary(int maxLength)
        && maxLength != SqlType.Varbinary.UNBOUNDED) {
      checkBytes(wanted, found, maxLength);
    }
  }

  private static void checkType(ColumnDefinition wanted, SqlType found) {
    switch (wanted.type()) {
      case SqlType.Simple simple -> {
        if (simple != found) {
          throw mismatch(wanted, found);
        }
      }
      case SqlType.Varchar varchar -> {
        if (!(found instanceof SqlType.Varchar)) {
          throw mismatch(wanted, found);
        }
      }
      case SqlType.Varbinary varbinary -> {
        if (!(found instanceof SqlType.Varbinary)) {
          throw mismatch(wanted, found);
        }
      }
      case SqlType.Decimal decimal -> {
        if (!decimal.equals(found)) {
          throw mismatch(wanted, found);
        }
      }
      case SqlType.Array array -> {
        if (!(found instanceof SqlType.Array(SqlType element)) || !same(array.element(), element)) {
          throw mismatch(wanted, found);
        }
      }
      case SqlType.Vector vector -> {
        if (!(found instanceof SqlType.Vector other) || other.element() != vector.element()) {
          throw mismatch(wanted, found);
        }
        if (other.dimension() != vector.dimension()) {
          throw new QuiverException(
              ErrorCode.DIMENSION_MISMATCH,
              "column \""
                  + wanted.name()
                  + "\" has "
                  + vector.dimension()
                  + " dimensions, the value has "
                  + other.dimension());
        }
      }
    }
  }

  /** The same but for the length of a text or of bytes, which is checked row by row. */
  private static boolean same(SqlType wanted, SqlType found) {
    return wanted.equals(found)
        || (wanted instanceof SqlType.Varchar && found instanceof SqlType.Varchar)
        || (wanted instanceof SqlType.Varbinary && found instanceof SqlType.Varbinary);
  }

  private static void checkNotNull(TableDefinition table, ColumnDefinition wanted, Column found) {
    if (!found.mayHaveNulls()) {
      return;
    }
    for (int row = 0; row < found.length(); row++) {
      if (found.isNull(row)) {
        throw new QuiverException(
            ErrorCode.NOT_NULL_VIOLATION,
            "column \"" + wanted.name() + "\" of table \"" + table.name() + "\" must not be null");
      }
    }
  }

  private static void checkNotNull(TableState table, List<ColumnDefinition> columns) {
    for (TablePart part : table.parts()) {
      for (ColumnDefinition column : columns) {
        if (hasNull(part, column)) {
          throw new QuiverException(
              ErrorCode.NOT_NULL_VIOLATION,
              "column \""
                  + column.name()
                  + "\" of table \""
                  + table.definition().name()
                  + "\" has rows that are null");
        }
      }
    }
  }

  private static void checkCharacters(ColumnDefinition wanted, Column found, int maxLength) {
    for (int row = 0; row < found.length(); row++) {
      if (found.isNull(row)) {
        continue;
      }
      MemorySegment text = found.getUtf8(row);
      if (text.byteSize() <= maxLength) {
        continue;
      }
      int codePoints = codePoints(text);
      if (codePoints > maxLength) {
        throw new QuiverException(
            ErrorCode.STRING_TOO_LONG,
            "column \""
                + wanted.name()
                + "\" holds at most "
                + maxLength
                + " characters, the value has "
                + codePoints);
      }
    }
  }

  private static void checkBytes(ColumnDefinition wanted, Column found, int maxLength) {
    for (int row = 0; row < found.length(); row++) {
      if (!found.isNull(row) && found.getBytes(row).byteSize() > maxLength) {
        throw new QuiverException(
            ErrorCode.STRING_TOO_LONG,
            "column \""
                + wanted.name()
                + "\" holds at most "
                + maxLength
                + " bytes, the value has "
                + found.getBytes(row).byteSize());
      }
    }
  }

  /** Every byte of UTF-8 but the continuing ones (10xxxxxx) starts a code point. */
  private static int codePoints(MemorySegment utf8) {
    int count = 0;
    for (long i = 0; i < utf8.byteSize(); i++) {
      if ((utf8.get(JAVA_BYTE, i) & 0xC0) != 0x80) {
        count++;
      }
    }
    return count;
  }

  private static IllegalArgumentException mismatch(ColumnDefinition wanted, SqlType found) {
    return new IllegalArgumentException(
        "column " + wanted.name() + " is " + wanted.type() + ", the rows have " + found);
  }
}
