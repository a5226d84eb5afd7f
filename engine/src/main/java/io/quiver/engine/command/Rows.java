package io.quiver.engine.command;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the few rows of a command or system table. */
public final class Rows {
  private final List<ColumnBuilder> builders = new ArrayList<>();
  private int count;

  public Rows(Schema schema) {
    for (Field field : schema.fields()) {
      builders.add(new ColumnBuilder(field.type(), 16));
    }
  }

  /** Adds a row, one value a column. */
  public void add(@Nullable Object... values) {
    if (values.length != builders.size()) {
      throw new IllegalArgumentException(values.length + " values for " + builders.size());
    }
    for (int i = 0; i < values.length; i++) {
      builders.get(i).append(values[i]);
    }
    count++;
  }

  public Batch batch() {
    List<Column> columns = builders.stream().map(ColumnBuilder::build).toList();
    return new Batch(columns, count);
  }
}
