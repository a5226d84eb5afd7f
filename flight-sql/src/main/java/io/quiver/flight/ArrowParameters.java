package io.quiver.flight;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Reads what a client bound: each row of the batch is one set of parameters. */
final class ArrowParameters {
  /** Each row of a query's parameters is a query of its own. */
  private static final int QUERIES_MAX = 100_000;

  private ArrowParameters() {}

  /** Clients that have nothing to bind send a table without columns. */
  static boolean areNone(FlightStream stream) {
    return stream.getSchema().getFields().isEmpty();
  }

  /** All rows; one without values where a client has nothing to bind. */
  static List<List<@Nullable Object>> all(FlightStream stream) {
    if (areNone(stream)) {
      return List.of(List.of());
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<List<@Nullable Object>> batch = next(stream); batch != null; batch = next(stream)) {
      rows.addAll(batch);
      if (rows.size() > QUERIES_MAX) {
        throw new QuiverException(
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "a query takes at most " + QUERIES_MAX + " rows of parameters at once");
      }
    }
    return rows;
  }

  /** The rows of the next batch that has any; null at the end. */
  static @Nullable List<List<@Nullable Object>> next(FlightStream stream) {
    while (stream.next()) {
      VectorSchemaRoot root = stream.getRoot();
      if (root.getRowCount() > 0) {
        return rows(root);
      }
    }
    return null;
  }

  private static List<List<@Nullable Object>> rows(VectorSchemaRoot root) {
    List<Column> columns = new ArrayList<>();
    root.getFieldVectors().forEach(vector -> columns.add(ArrowColumns.column(vector)));
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < root.getRowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Column column : columns) {
        values.add(value(column, row));
      }
      rows.add(values);
    }
    return rows;
  }

  /** A value that the engine's binding takes: of a vector its numbers, whatever their width. */
  private static @Nullable Object value(Column column, int row) {
    return column.type() instanceof SqlType.Vector && !column.isNull(row)
        ? column.getFloats(row)
        : column.get(row);
  }
}
