package io.quiver.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.Meta;
import org.jspecify.annotations.Nullable;

/** Makes the rows of {@code getPrimaryKeys} out of those of {@code getColumns}. */
final class PrimaryKeys {
  private PrimaryKeys() {}

  static List<Object> of(Meta.MetaResultSet columns) {
    int keySequence = position(columns, "KEY_SEQ");
    int columnName = position(columns, "COLUMN_NAME");
    int tableName = position(columns, "TABLE_NAME");
    List<List<?>> keys = new ArrayList<>();
    for (Object row : columns.firstFrame.rows) {
      List<?> values = (List<?>) row;
      Object sequence = values.get(keySequence);
      if (sequence != null) {
        keys.add(
            Arrays.asList(
                values.get(position(columns, "TABLE_CAT")),
                values.get(position(columns, "TABLE_SCHEM")),
                values.get(tableName),
                values.get(columnName),
                sequence,
                values.get(tableName) + "_pkey"));
      }
    }
    keys.sort(Comparator.comparing(key -> String.valueOf(key.get(3))));
    return new ArrayList<>(keys);
  }

  /** A pattern that matches this name alone; null for any. */
  static @Nullable String literally(@Nullable String name) {
    return name == null ? null : name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
  }

  private static int position(Meta.MetaResultSet rows, String label) {
    for (ColumnMetaData column : rows.signature.columns) {
      if (column.label.equals(label)) {
        return column.ordinal;
      }
    }
    throw new IllegalStateException("getColumns came without " + label);
  }
}
