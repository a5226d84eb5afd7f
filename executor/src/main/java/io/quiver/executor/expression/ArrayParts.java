package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Functions that put arrays together and take them apart. */
final class ArrayParts {
  private ArrayParts() {}

  /** Appends what a row gives. */
  private interface RowFunction {
    void apply(Operand[] operands, int row, ColumnBuilder out);
  }

  /** The functions that give an array, an element or a text. */
  static ColumnFunction of(ScalarFunction function, SqlType type) {
    return switch (function) {
      case ARRAY -> everyRow(type, ArrayParts::construct);
      case ARRAY_APPEND ->
          everyRow(
              type,
              (operands, row, out) -> {
                addAll(operands[0], row, out);
                add(operands[1], row, out);
                out.endList();
              });
      case ARRAY_PREPEND ->
          everyRow(
              type,
              (operands, row, out) -> {
                add(operands[0], row, out);
                addAll(operands[1], row, out);
                out.endList();
              });
      case ARRAY_CAT -> everyRow(type, ArrayParts::concat);
      case ARRAY_REMOVE -> everyRow(type, ArrayParts::remove);
      case ARRAY_ELEMENT -> unlessNull(type, ArrayParts::element);
      case ARRAY_TO_STRING -> everyRow(type, ArrayParts::join);
      case STRING_TO_ARRAY -> everyRow(type, ArrayParts::split);
      default -> throw new IllegalStateException(function + " makes no array");
    };
  }

  /** The functions that give a number. */
  static ColumnFunction measure(ScalarFunction function) {
    return switch (function) {
      case CARDINALITY ->
          unlessNull(
              SqlType.INTEGER, (operands, row, out) -> out.appendInt(length(operands[0], row)));
      case ARRAY_LENGTH ->
          unlessNull(
              SqlType.INTEGER,
              (operands, row, out) -> {
                int length = length(operands[0], row);
                out.append(length == 0 || operands[1].intAt(row) != 1 ? null : (Object) length);
              });
      case ARRAY_POSITION -> everyRow(SqlType.INTEGER, ArrayParts::position);
      default -> throw new IllegalStateException(function + " measures no array");
    };
  }

  private static ColumnFunction everyRow(SqlType type, RowFunction function) {
    return (operands, rows) -> {
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        function.apply(operands, i, out);
      }
      return out.build();
    };
  }

  private static ColumnFunction unlessNull(SqlType type, RowFunction function) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      ColumnBuilder out = new ColumnBuilder(type, rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i)) {
          function.apply(operands, i, out);
        } else {
          out.appendNull();
        }
      }
      return out.build();
    };
  }

  private static int start(Operand arrays, int row) {
    return ArrayFunctions.start(arrays.column(), row * arrays.step());
  }

  private static int end(Operand arrays, int row) {
    return ArrayFunctions.end(arrays.column(), row * arrays.step());
  }

  private static int length(Operand arrays, int row) {
    return end(arrays, row) - start(arrays, row);
  }

  private static void add(Operand values, int row, ColumnBuilder out) {
    out.elements().appendFrom(values.column(), row * values.step());
  }

  /** A null array has no elements. */
  private static void addAll(Operand arrays, int row, ColumnBuilder out) {
    if (!arrays.isNull(row)) {
      for (int at = start(arrays, row); at < end(arrays, row); at++) {
        out.elements().appendFrom(arrays.column().elements(), at);
      }
    }
  }

  private static void construct(Operand[] operands, int row, ColumnBuilder out) {
    for (Operand operand : operands) {
      add(operand, row, out);
    }
    out.endList();
  }

  private static void concat(Operand[] operands, int row, ColumnBuilder out) {
    if (operands[0].isNull(row) && operands[1].isNull(row)) {
      out.appendNull();
      return;
    }
    addAll(operands[0], row, out);
    addAll(operands[1], row, out);
    out.endList();
  }

  private static void remove(Operand[] operands, int row, ColumnBuilder out) {
    Operand arrays = operands[0];
    Operand values = operands[1];
    if (arrays.isNull(row)) {
      out.appendNull();
      return;
    }
    Column elements = arrays.column().elements();
    for (int at = start(arrays, row); at < end(arrays, row); at++) {
      if (!ColumnHash.equal(elements, at, values.column(), row * values.step())) {
        out.elements().appendFrom(elements, at);
      }
    }
    out.endList();
  }

  private static void element(Operand[] operands, int row, ColumnBuilder out) {
    int position = operands[1].intAt(row);
    if (position < 1 || position > length(operands[0], row)) {
      out.appendNull();
    } else {
      out.appendFrom(operands[0].column().elements(), start(operands[0], row) + position - 1);
    }
  }

  private static void position(Operand[] operands, int row, ColumnBuilder out) {
    Operand arrays = operands[0];
    Operand values = operands[1];
    boolean fromNull = operands.length > 2 && operands[2].isNull(row);
    if (arrays.isNull(row) || fromNull) {
      out.appendNull();
      return;
    }
    int start = start(arrays, row);
    int skipped = operands.length > 2 ? Math.max(operands[2].intAt(row) - 1, 0) : 0;
    int from = start + Math.min(skipped, length(arrays, row));
    int found =
        ArrayComparisons.position(
            arrays.column().elements(),
            from,
            end(arrays, row),
            values.column(),
            row * values.step());
    out.append(found < 0 ? null : (Object) (found - start + 1));
  }

  private static void join(Operand[] operands, int row, ColumnBuilder out) {
    Operand arrays = operands[0];
    if (arrays.isNull(row) || operands[1].isNull(row)) {
      out.appendNull();
      return;
    }
    String delimiter = operands[1].stringAt(row);
    boolean namesNulls = operands.length > 2 && !operands[2].isNull(row);
    Column elements = arrays.column().elements();
    StringBuilder text = new StringBuilder();
    boolean first = true;
    for (int at = start(arrays, row); at < end(arrays, row); at++) {
      if (elements.isNull(at) && !namesNulls) {
        continue;
      }
      text.append(first ? "" : delimiter);
      text.append(elements.isNull(at) ? operands[2].stringAt(row) : elements.getString(at));
      first = false;
    }
    out.appendString(text.toString());
  }

  private static void split(Operand[] operands, int row, ColumnBuilder out) {
    if (operands[0].isNull(row)) {
      out.appendNull();
      return;
    }
    String text = operands[0].stringAt(row);
    String nulls =
        operands.length > 2 && !operands[2].isNull(row) ? operands[2].stringAt(row) : null;
    String delimiter = operands[1].isNull(row) ? null : operands[1].stringAt(row);
    int at = 0;
    while (at < text.length()) {
      int end;
      if (delimiter == null) {
        end = text.offsetByCodePoints(at, 1);
      } else {
        int found = delimiter.isEmpty() ? -1 : text.indexOf(delimiter, at);
        end = found < 0 ? text.length() : found;
      }
      addText(text.substring(at, end), nulls, out);
      at = delimiter == null ? end : end + delimiter.length();
      if (delimiter != null && !delimiter.isEmpty() && at == text.length()) {
        // It ended with a delimiter: an empty part follows.
        addText("", nulls, out);
      }
    }
    out.endList();
  }

  private static void addText(String part, @Nullable String nulls, ColumnBuilder out) {
    out.elements().append(part.equals(nulls) ? null : part);
  }
}
