package io.quiver.engine.copy;

import io.quiver.executor.expression.Expression;
import io.quiver.formats.BatchSource;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Which column of a file fills which of a table: by name where the file has names, else by
 * position.
 *
 * @param positions for each column of the table the file's, or -1 where it has none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record CopyMapping(int[] positions) {
  static final int NONE = -1;

  /** The columns of the table that a statement names, or all, by position. */
  static List<Integer> targets(TableDefinition table, List<String> named) {
    List<Integer> targets = new ArrayList<>();
    for (String name : named) {
      targets.add(position(table, name));
    }
    if (named.isEmpty()) {
      for (int i = 0; i < table.columns().size(); i++) {
        targets.add(i);
      }
    }
    return targets;
  }

  private static int position(TableDefinition table, String name) {
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).name().equals(name)) {
        return i;
      }
    }
    throw new QuiverException(
        ErrorCode.UNDEFINED_COLUMN,
        "table \"" + table.name() + "\" has no column \"" + name + "\"");
  }

  static CopyMapping of(
      TableDefinition table,
      List<Integer> targets,
      boolean named,
      BatchSource source,
      boolean byPosition) {
    if (source.hasNames() && !byPosition) {
      return byName(table, targets, named, source.schema());
    }
    int vector = named ? NONE : onlyVector(table, source.schema());
    return byPosition(table, vector == NONE ? targets : List.of(vector), source.schema());
  }

  /** A file of nothing but vectors fills the table's only column of vectors. */
  private static int onlyVector(TableDefinition table, Schema file) {
    boolean vectors =
        file.size() == 1
            && (file.type(0) instanceof SqlType.Vector || file.type(0) instanceof SqlType.Array);
    int found = NONE;
    for (int i = 0; i < table.columns().size() && vectors; i++) {
      if (table.columns().get(i).type() instanceof SqlType.Vector) {
        if (found != NONE) {
          return NONE;
        }
        found = i;
      }
    }
    return found;
  }

  private static CopyMapping byPosition(TableDefinition table, List<Integer> targets, Schema file) {
    if (file.size() != targets.size() && file.size() > 0) {
      throw new QuiverException(
          ErrorCode.BAD_COPY_FILE_FORMAT,
          "the file has "
              + columns(file.size())
              + ", expected "
              + columns(targets.size())
              + " ("
              + targets.stream()
                  .map(i -> table.columns().get(i).name())
                  .collect(Collectors.joining(", "))
              + "); name the columns that it fills: COPY "
              + table.name()
              + " (...) FROM");
    }
    int[] positions = none(table);
    for (int i = 0; i < Math.min(targets.size(), file.size()); i++) {
      positions[targets.get(i)] = i;
    }
    return new CopyMapping(positions);
  }

  private static String columns(int count) {
    return count + (count == 1 ? " column" : " columns");
  }

  private static int[] none(TableDefinition table) {
    int[] positions = new int[table.columns().size()];
    Arrays.fill(positions, NONE);
    return positions;
  }

  private static CopyMapping byName(
      TableDefinition table, List<Integer> targets, boolean named, Schema file) {
    int[] positions = none(table);
    for (int i = 0; i < file.size(); i++) {
      int target = target(table, targets, file.field(i).name());
      if (target == NONE) {
        if (named) {
          continue;
        }
        throw new QuiverException(
            ErrorCode.UNDEFINED_COLUMN,
            "the file has a column \""
                + file.field(i).name()
                + "\", table \""
                + table.name()
                + "\" has none; name the columns to load, or say MATCH_BY position");
      }
      if (positions[target] != NONE) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN,
            "the file has two columns \"" + table.columns().get(target).name() + "\"");
      }
      positions[target] = i;
    }
    if (named) {
      for (int target : targets) {
        checkFound(table.columns().get(target), positions[target], file);
      }
    }
    return new CopyMapping(positions);
  }

  private static void checkFound(ColumnDefinition column, int position, Schema file) {
    if (position == NONE) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_COLUMN,
          "the file has no column \""
              + column.name()
              + "\", it has "
              + file.fields().stream()
                  .map(field -> '"' + field.name() + '"')
                  .collect(Collectors.joining(", "))
              + "; MATCH_BY position takes them in their order");
    }
  }

  /** The column of exactly that name, else the only one of that name in another case. */
  private static int target(TableDefinition table, List<Integer> targets, String name) {
    int found = NONE;
    boolean one = true;
    for (int target : targets) {
      String candidate = table.columns().get(target).name();
      if (candidate.equals(name)) {
        return target;
      }
      if (candidate.equalsIgnoreCase(name)) {
        one = found == NONE;
        found = target;
      }
    }
    return one ? found : NONE;
  }

  /**
   * How rows of the table are made of the file's.
   *
   * @param defaults for each column of the table, what it gets where the file leaves it out
   * @throws QuiverException 42804 where the types do not fit
   */
  RowPlan plan(TableDefinition table, BatchSource source, List<Expression> defaults) {
    List<Expression> columns = new ArrayList<>();
    List<RowPlan.VectorInput> vectors = new ArrayList<>();
    List<RowPlan.Omission> omissions = new ArrayList<>();
    for (int i = 0; i < positions.length; i++) {
      int position = positions[i];
      if (position == NONE) {
        columns.add(defaults.get(i));
        continue;
      }
      ColumnDefinition target = table.columns().get(i);
      SqlType from = VectorArrays.typeFor(source.schema().type(position), target.type());
      if (from instanceof SqlType.Vector && target.type() instanceof SqlType.Vector wanted) {
        vectors.add(new RowPlan.VectorInput(position, wanted, target));
      }
      columns.add(Planner.copied(position, from, target));
      if (target.defaultSql() != null && target.identity() == ColumnDefinition.Identity.NONE) {
        omissions.add(new RowPlan.Omission(i, position, defaults.get(i)));
      }
    }
    return new RowPlan(columns, vectors, omissions);
  }
}
