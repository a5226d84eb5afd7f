package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.bitmap;
import static io.quiver.executor.expression.Buffers.setBit;
import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ColumnComparator;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Comparisons, and functions that choose by comparing. */
final class Comparisons {
  static final int LESS = 1;
  static final int EQUAL = 2;
  static final int GREATER = 4;

  /** Types whose values are ints that compare as they do. */
  private static final Set<SqlType> INTS = Set.of(SqlType.INTEGER, SqlType.DATE);

  /** Types whose values are longs that compare as they do. */
  private static final Set<SqlType> LONGS =
      Set.of(SqlType.BIGINT, SqlType.TIME, SqlType.TIMESTAMP, SqlType.TIMESTAMP_TZ);

  private Comparisons() {}

  /** Which outcomes make a comparison true, as a set of {@link #LESS} and the like. */
  static int accepted(ScalarFunction function) {
    return switch (function) {
      case EQUAL -> EQUAL;
      case NOT_EQUAL -> LESS | GREATER;
      case LESS -> LESS;
      case LESS_OR_EQUAL -> LESS | EQUAL;
      case GREATER -> GREATER;
      case GREATER_OR_EQUAL -> GREATER | EQUAL;
      default -> throw new IllegalStateException(function + " is no comparison");
    };
  }

  static boolean accepts(int accepted, int order) {
    return (accepted & (1 << (Integer.signum(order) + 1))) != 0;
  }

  /** A comparison of two values of one type. */
  record Comparison(int accepted, Node left, Node right) implements Node {
    @Override
    public Operand evaluate(Batch batch) {
      Operand a = left.evaluate(batch);
      Operand b = right.evaluate(batch);
      int rows = batch.rowCount();
      MemorySegment validity = Buffers.validity(new Operand[] {a, b}, rows);
      MemorySegment bits = bitmap(rows);
      int[] all = new int[rows];
      int count = 0;
      for (int i = 0; i < rows; i++) {
        all[count] = i;
        count += valid(validity, i) ? 1 : 0;
      }
      count = keep(a, b, all, count);
      for (int i = 0; i < count; i++) {
        setBit(bits, all[i]);
      }
      return Operand.of(Column.of(SqlType.BOOLEAN, rows, validity, bits, null));
    }

    @Override
    public int filter(Batch batch, int[] rows, int count) {
      if (!isHarmless()) {
        return Node.super.filter(batch, rows, count);
      }
      Operand a = left.evaluate(batch);
      Operand b = right.evaluate(batch);
      MemorySegment validity = Buffers.validity(new Operand[] {a, b}, batch.rowCount());
      int candidates = count;
      if (validity != null) {
        candidates = 0;
        for (int i = 0; i < count; i++) {
          int row = rows[i];
          rows[candidates] = row;
          candidates += Buffers.bit(validity, row) ? 1 : 0;
        }
      }
      return keep(a, b, rows, candidates);
    }

    @Override
    public void filter(Batch batch, RowBits bits) {
      if (!isHarmless()) {
        Node.super.filter(batch, bits);
        return;
      }
      Operand a = left.evaluate(batch);
      Operand b = right.evaluate(batch);
      MemorySegment validity = Buffers.validity(new Operand[] {a, b}, batch.rowCount());
      if (validity != null) {
        bits.and(validity, 0);
      }
      boolean numbers = !a.isConstant() && b.isConstant() && !b.isNull(0);
      Column column = a.column();
      if (numbers && INTS.contains(column.type())) {
        ConstantFilter.keepInts(column, accepted, b.intAt(0), bits);
      } else if (numbers && LONGS.contains(column.type())) {
        ConstantFilter.keepLongs(column, accepted, b.longAt(0), bits);
      } else {
        int[] rows = new int[batch.rowCount()];
        bits.set(rows, keep(a, b, rows, bits.list(rows)));
      }
    }

    /** Keeps the rows that compare as wanted; none of them is null. */
    private int keep(Operand a, Operand b, int[] rows, int count) {
      if (count == 0) {
        return 0;
      }
      if (a.isConstant() || !b.isConstant()) {
        return keepOthers(a, b, rows, count);
      }
      Column column = a.column();
      if (INTS.contains(column.type())) {
        return ConstantFilter.keepInts(column, accepted, b.intAt(0), rows, count);
      }
      if (LONGS.contains(column.type())) {
        return ConstantFilter.keepLongs(column, accepted, b.longAt(0), rows, count);
      }
      if (column.type().equals(SqlType.DOUBLE) && !Double.isNaN(b.doubleAt(0))) {
        return ConstantFilter.keepDoubles(column, accepted, b.doubleAt(0), rows, count);
      }
      // The others are rarely filtered by, or not worth a loop of their own.
      return keepOthers(a, b, rows, count);
    }

    private int keepOthers(Operand a, Operand b, int[] rows, int count) {
      int kept = 0;
      for (int i = 0; i < count; i++) {
        int row = rows[i];
        int order =
            ColumnComparator.compare(a.column(), row * a.step(), b.column(), row * b.step());
        rows[kept] = row;
        kept += accepts(accepted, order) ? 1 : 0;
      }
      return kept;
    }

    @Override
    public void markInputs(BitSet inputs) {
      left.markInputs(inputs);
      right.markInputs(inputs);
    }

    @Override
    public boolean isHarmless() {
      return left.isHarmless() && right.isHarmless();
    }
  }

  /** IS DISTINCT FROM, or its negation. */
  static ColumnFunction distinct(boolean negated) {
    return (operands, rows) -> {
      Operand a = operands[0];
      Operand b = operands[1];
      MemorySegment bits = bitmap(rows);
      for (int i = 0; i < rows; i++) {
        boolean equal = ColumnHash.equal(a.column(), i * a.step(), b.column(), i * b.step());
        if (equal == negated) {
          setBit(bits, i);
        }
      }
      return Column.of(SqlType.BOOLEAN, rows, null, bits, null);
    };
  }

  /** GREATEST (sign 1) and LEAST (sign -1), nulls skipped. */
  static ColumnFunction extreme(int sign, SqlType type) {
    return (operands, rows) -> {
      ColumnBuilder out = new ColumnBuilder(Conditionals.actualType(type, operands), rows);
      for (int i = 0; i < rows; i++) {
        Operand best = extremeOf(operands, i, sign);
        if (best == null) {
          out.appendNull();
        } else {
          out.appendFrom(best.column(), i * best.step());
        }
      }
      return out.build();
    };
  }

  private static @Nullable Operand extremeOf(Operand[] operands, int row, int sign) {
    Operand best = null;
    for (Operand operand : operands) {
      if (operand.isNull(row)) {
        continue;
      }
      if (best == null
          || ColumnComparator.compare(
                      operand.column(), row * operand.step(), best.column(), row * best.step())
                  * sign
              > 0) {
        best = operand;
      }
    }
    return best;
  }

  /** Whether a value is one of the set, which holds the operand type's Java values. */
  static ColumnFunction inSet(Set<Object> values, SqlType type) {
    ColumnBuilder constants = new ColumnBuilder(type, values.size());
    values.forEach(constants::append);
    Column members = constants.build();
    ValueSet set = new ValueSet(members, 0, members.length());
    return (operands, rows) -> {
      Operand operand = operands[0];
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment bits = bitmap(rows);
      for (int i = 0; i < rows; i++) {
        if (valid(validity, i) && set.contains(operand.column(), i * operand.step())) {
          setBit(bits, i);
        }
      }
      return Column.of(SqlType.BOOLEAN, rows, validity, bits, null);
    };
  }
}
