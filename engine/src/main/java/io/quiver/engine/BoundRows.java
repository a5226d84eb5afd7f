package io.quiver.engine;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of bound parameters as columns. Owned by one thread. */
final class BoundRows {
  private final Schema schema;
  private final List<List<@Nullable Object>> rows;
  private int taken;

  /**
   * Rows of values that {@link ParameterBinding} has converted.
   *
   * @param types of the values; a vector without a dimension takes that of the first
   */
  BoundRows(List<SqlType> types, List<List<@Nullable Object>> rows) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < types.size(); i++) {
      fields.add(new Field("parameter " + (i + 1), settled(types.get(i), i, rows), true));
    }
    this.schema = new Schema(fields);
    this.rows = rows;
  }

  private static SqlType settled(SqlType type, int position, List<List<@Nullable Object>> rows) {
    if (type instanceof SqlType.Vector open && open.dimension() == SqlType.Vector.ANY_DIMENSION) {
      for (List<@Nullable Object> row : rows) {
        if (row.get(position) instanceof float[] vector) {
          return new SqlType.Vector(vector.length, open.element());
        }
      }
    }
    return type;
  }

  Schema schema() {
    return schema;
  }

  /** The next rows, or null after the last. */
  @Nullable Batch next() {
    int count = Math.min(Batch.ROWS, rows.size() - taken);
    if (count == 0) {
      return null;
    }
    List<Column> columns = new ArrayList<>();
    for (int column = 0; column < schema.size(); column++) {
      ColumnBuilder builder = new ColumnBuilder(schema.type(column), count);
      for (int row = taken; row < taken + count; row++) {
        builder.append(rows.get(row).get(column));
      }
      columns.add(builder.build());
    }
    taken += count;
    return new Batch(columns, count);
  }
}
