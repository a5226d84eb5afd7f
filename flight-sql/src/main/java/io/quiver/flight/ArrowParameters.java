package io.quiver.flight;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.util.Text;
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
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < root.getRowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (FieldVector vector : root.getFieldVectors()) {
        values.add(value(vector, row));
      }
      rows.add(values);
    }
    return rows;
  }

  /** A value that the engine's binding takes. */
  private static @Nullable Object value(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    return switch (vector) {
      case FixedSizeListVector list when list.getDataVector() instanceof Float4Vector elements ->
          floats(elements, list.getElementStartIndex(row), list.getListSize());
      case DateDayVector days -> java.time.LocalDate.ofEpochDay(days.get(row));
      // Also unsigned numbers, which getObject would give as something else.
      case BaseIntVector numbers -> numbers.getValueAsLong(row);
      case TimeStampVector times -> time(times, row);
      default -> {
        Object value = vector.getObject(row);
        yield value instanceof Text text ? text.toString() : value;
      }
    };
  }

  private static float[] floats(Float4Vector elements, int from, int dimension) {
    float[] floats = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      if (elements.isNull(from + i)) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE, "element " + (i + 1) + " of a bound vector is null");
      }
      floats[i] = elements.get(from + i);
    }
    return floats;
  }

  /** A time with a zone is an instant, which SQL's TIMESTAMP holds in UTC. */
  private static LocalDateTime time(TimeStampVector times, int row) {
    TimeUnit unit =
        switch (((ArrowType.Timestamp) times.getField().getType()).getUnit()) {
          case SECOND -> TimeUnit.SECONDS;
          case MILLISECOND -> TimeUnit.MILLISECONDS;
          case MICROSECOND -> TimeUnit.MICROSECONDS;
          case NANOSECOND -> TimeUnit.NANOSECONDS;
        };
    long perSecond = unit.convert(1, TimeUnit.SECONDS);
    long value = times.get(row);
    Instant instant =
        Instant.ofEpochSecond(
            Math.floorDiv(value, perSecond), unit.toNanos(Math.floorMod(value, perSecond)));
    return LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
  }
}
