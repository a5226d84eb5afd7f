package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.LONG;
import static io.quiver.executor.expression.Buffers.allocate;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.time.LocalDate;
import java.time.temporal.IsoFields;

/** Parts of dates and timestamps. */
final class TimeFunctions {
  static final long MICROS_PER_SECOND = 1_000_000L;
  static final long SECONDS_PER_DAY = 86_400L;
  static final long MICROS_PER_DAY = SECONDS_PER_DAY * MICROS_PER_SECOND;

  private TimeFunctions() {}

  static ColumnFunction extract(ScalarFunction part) {
    return (operands, rows) -> {
      Operand time = operands[0];
      boolean date = time.column().type().equals(SqlType.DATE);
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment out = allocate(8L * rows);
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          continue;
        }
        long value =
            date
                ? part(part, time.intAt(i), 0)
                : part(
                    part,
                    Math.floorDiv(time.longAt(i), MICROS_PER_DAY),
                    Math.floorMod(time.longAt(i), MICROS_PER_DAY));
        out.setAtIndex(LONG, i, value);
      }
      return Column.of(SqlType.BIGINT, rows, validity, out, null);
    };
  }

  private static long part(ScalarFunction part, long day, long microOfDay) {
    long second = microOfDay / MICROS_PER_SECOND;
    return switch (part) {
      case EXTRACT_YEAR -> LocalDate.ofEpochDay(day).getYear();
      case EXTRACT_QUARTER -> (LocalDate.ofEpochDay(day).getMonthValue() + 2) / 3;
      case EXTRACT_MONTH -> LocalDate.ofEpochDay(day).getMonthValue();
      case EXTRACT_WEEK -> LocalDate.ofEpochDay(day).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
      case EXTRACT_DAY -> LocalDate.ofEpochDay(day).getDayOfMonth();
      case EXTRACT_ISODOW -> LocalDate.ofEpochDay(day).getDayOfWeek().getValue();
      case EXTRACT_DOW -> LocalDate.ofEpochDay(day).getDayOfWeek().getValue() % 7;
      case EXTRACT_DOY -> LocalDate.ofEpochDay(day).getDayOfYear();
      case EXTRACT_HOUR -> second / 3_600;
      case EXTRACT_MINUTE -> second / 60 % 60;
      case EXTRACT_SECOND -> second % 60;
      case EXTRACT_EPOCH -> day * SECONDS_PER_DAY + second;
      default -> throw new IllegalStateException(part + " is no part of a time");
    };
  }
}
