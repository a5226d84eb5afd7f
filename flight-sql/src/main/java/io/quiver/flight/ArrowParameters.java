package io.quiver.flight;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightStream;
import org.jspecify.annotations.Nullable;

/** Parameters as values: each row of what a client bound is one set of them. */
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
    ReceivedBatches received = new ReceivedBatches(stream);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (Batch batch = received.next(); batch != null; batch = received.next()) {
      rows.addAll(rows(batch));
      if (rows.size() > QUERIES_MAX) {
        throw new QuiverException(
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "a query takes at most " + QUERIES_MAX + " rows of parameters at once");
      }
    }
    return rows;
  }

  /** Each row of a batch. */
  static List<List<@Nullable Object>> rows(Batch batch) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < batch.rowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (Column column : batch.columns()) {
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
