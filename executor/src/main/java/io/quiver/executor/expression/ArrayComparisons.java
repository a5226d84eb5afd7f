package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.bitmap;
import static io.quiver.executor.expression.Buffers.clearBit;
import static io.quiver.executor.expression.Buffers.setBit;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;

/** What holds of an array's elements. Nulls equal nothing here, as in any comparison. */
final class ArrayComparisons {
  private ArrayComparisons() {}

  /** A question about two arrays. */
  interface PairTest {
    boolean test(Column a, int i, Column b, int j);
  }

  /** The test's answer; null where one of the arrays is. */
  static ColumnFunction pair(PairTest test) {
    return (operands, rows) -> {
      Operand a = operands[0];
      Operand b = operands[1];
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment bits = bitmap(rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i) && test.test(a.column(), i * a.step(), b.column(), i * b.step())) {
          setBit(bits, i);
        }
      }
      return Column.of(SqlType.BOOLEAN, rows, validity, bits, null);
    };
  }

  /** Whether the first array has every element of the second. */
  static boolean contains(Column a, int i, Column b, int j) {
    int from = ArrayFunctions.start(a, i);
    int to = ArrayFunctions.end(a, i);
    for (int at = ArrayFunctions.start(b, j); at < ArrayFunctions.end(b, j); at++) {
      if (b.elements().isNull(at) || position(a.elements(), from, to, b.elements(), at) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether the arrays have an element in common. */
  static boolean overlaps(Column a, int i, Column b, int j) {
    int from = ArrayFunctions.start(a, i);
    int to = ArrayFunctions.end(a, i);
    for (int at = ArrayFunctions.start(b, j); at < ArrayFunctions.end(b, j); at++) {
      if (!b.elements().isNull(at) && position(a.elements(), from, to, b.elements(), at) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** The first row from {@code from} to {@code to} with this value, a null one too, or -1. */
  static int position(Column elements, int from, int to, Column values, int row) {
    for (int at = from; at < to; at++) {
      if (ColumnHash.equal(elements, at, values, row)) {
        return at;
      }
    }
    return -1;
  }

  /** Whether a comparison is true of a value and an element of the array beside it. */
  static ColumnFunction any(ScalarFunction comparison) {
    int accepted = Comparisons.accepted(comparison);
    return (operands, rows) -> {
      Operand values = operands[0];
      Operand arrays = operands[1];
      MemorySegment valid = allSet(rows);
      MemorySegment bits = bitmap(rows);
      for (int i = 0; i < rows; i++) {
        if (arrays.isNull(i)) {
          clearBit(valid, i);
          continue;
        }
        int array = i * arrays.step();
        int to = ArrayFunctions.end(arrays.column(), array);
        boolean holds = false;
        boolean unknown = false;
        for (int at = ArrayFunctions.start(arrays.column(), array); at < to && !holds; at++) {
          Column elements = arrays.column().elements();
          boolean isNull = values.isNull(i) || elements.isNull(at);
          unknown |= isNull;
          holds =
              !isNull
                  && Comparisons.accepts(
                      accepted,
                      ColumnComparator.compare(values.column(), i * values.step(), elements, at));
        }
        set(bits, valid, i, holds, unknown);
      }
      return Column.of(SqlType.BOOLEAN, rows, valid, bits, null);
    };
  }

  /** As {@link #any} of equality, where all rows have the one array of this column. */
  static ColumnFunction anyOf(Column array) {
    if (array.isNull(0)) {
      return any(ScalarFunction.EQUAL);
    }
    Column elements = array.elements();
    int from = ArrayFunctions.start(array, 0);
    int to = ArrayFunctions.end(array, 0);
    ValueSet set = new ValueSet(elements, from, to);
    boolean hasNull = false;
    for (int at = from; at < to; at++) {
      hasNull |= elements.isNull(at);
    }
    boolean nullAmong = hasNull;
    return (operands, rows) -> {
      Operand values = operands[0];
      MemorySegment valid = allSet(rows);
      MemorySegment bits = bitmap(rows);
      for (int i = 0; i < rows; i++) {
        boolean isNull = values.isNull(i);
        boolean holds = !isNull && set.contains(values.column(), i * values.step());
        set(bits, valid, i, holds, nullAmong || (isNull && from < to));
      }
      return Column.of(SqlType.BOOLEAN, rows, valid, bits, null);
    };
  }

  private static void set(
      MemorySegment bits, MemorySegment valid, int row, boolean holds, boolean unknown) {
    if (holds) {
      setBit(bits, row);
    } else if (unknown) {
      clearBit(valid, row);
    }
  }

  private static MemorySegment allSet(int rows) {
    return bitmap(rows).fill((byte) 0xFF);
  }
}
