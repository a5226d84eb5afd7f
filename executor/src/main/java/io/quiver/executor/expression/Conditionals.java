package io.quiver.executor.expression;

import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Expressions that compute some arguments for some rows only. */
final class Conditionals {
  private Conditionals() {}

  /**
   * The type of a result that takes its values from the operands: a vector type without a dimension
   * gets that of the operands.
   */
  static SqlType actualType(SqlType declared, Operand... operands) {
    if (declared instanceof SqlType.Vector vector
        && vector.dimension() == SqlType.Vector.ANY_DIMENSION) {
      for (Operand operand : operands) {
        if (operand.column().type() instanceof SqlType.Vector found
            && found.dimension() != SqlType.Vector.ANY_DIMENSION) {
          return found;
        }
      }
    }
    return declared;
  }

  /** CASE. The branches' conditions and results, in order, and the result for the other rows. */
  record Case(List<Node> conditions, List<Node> results, Node otherwise, SqlType type)
      implements Node {
    Case {
      conditions = List.copyOf(conditions);
      results = List.copyOf(results);
    }

    @Override
    public Operand evaluate(Batch batch) {
      Pieces pieces = new Pieces(batch);
      for (int i = 0; i < conditions.size() && pieces.isOpen(); i++) {
        int[] taken = pieces.open();
        int count = conditions.get(i).filter(batch, taken, taken.length);
        pieces.take(results.get(i), Arrays.copyOf(taken, count));
      }
      if (pieces.isOpen()) {
        pieces.take(otherwise, pieces.open());
      }
      return pieces.merge(type);
    }

    @Override
    public void markInputs(BitSet inputs) {
      conditions.forEach(condition -> condition.markInputs(inputs));
      results.forEach(result -> result.markInputs(inputs));
      otherwise.markInputs(inputs);
    }

    @Override
    public boolean isHarmless() {
      return false;
    }
  }

  /** The first argument that is not null. */
  record Coalesce(List<Node> arguments, SqlType type) implements Node {
    Coalesce {
      arguments = List.copyOf(arguments);
    }

    @Override
    public Operand evaluate(Batch batch) {
      Pieces pieces = new Pieces(batch);
      for (int i = 0; i < arguments.size() - 1 && pieces.isOpen(); i++) {
        pieces.takeNonNulls(arguments.get(i));
      }
      if (pieces.isOpen()) {
        pieces.take(arguments.getLast(), pieces.open());
      }
      return pieces.merge(type);
    }

    @Override
    public void markInputs(BitSet inputs) {
      arguments.forEach(argument -> argument.markInputs(inputs));
    }

    @Override
    public boolean isHarmless() {
      return arguments.stream().allMatch(Node::isHarmless);
    }
  }

  /** Values computed for some rows each, until all rows have one. */
  private static final class Pieces {
    private final Batch batch;
    private final List<Operand> operands = new ArrayList<>();
    // For each row the piece that holds it, and where there; -1 while it has none.
    private final int[] piece;
    private final int[] position;
    private int[] open;

    Pieces(Batch batch) {
      this.batch = batch;
      this.piece = new int[batch.rowCount()];
      this.position = new int[batch.rowCount()];
      this.open = new int[batch.rowCount()];
      for (int i = 0; i < open.length; i++) {
        open[i] = i;
      }
      Arrays.fill(piece, -1);
    }

    boolean isOpen() {
      return open.length > 0;
    }

    /** The rows without a value, as a copy. */
    int[] open() {
      return open.clone();
    }

    void take(Node node, int[] rows) {
      if (rows.length == 0) {
        return;
      }
      boolean whole = rows.length == batch.rowCount() || node.isHarmless();
      Operand value = node.evaluate(whole ? batch : node.narrow(batch, rows, rows.length));
      operands.add(value);
      for (int i = 0; i < rows.length; i++) {
        piece[rows[i]] = operands.size() - 1;
        position[rows[i]] = (whole ? rows[i] : i) * value.step();
      }
      open = Arrays.stream(open).filter(row -> piece[row] < 0).toArray();
    }

    void takeNonNulls(Node node) {
      int[] rows = open;
      take(node, rows);
      int last = operands.size() - 1;
      for (int row : rows) {
        if (operands.get(last).column().isNull(position[row])) {
          piece[row] = -1;
        }
      }
      open = Arrays.stream(rows).filter(row -> piece[row] < 0).toArray();
    }

    Operand merge(SqlType type) {
      if (operands.size() == 1 && operands.getFirst().column().length() == batch.rowCount()) {
        return operands.getFirst();
      }
      SqlType actual = actualType(type, operands.toArray(new Operand[0]));
      ColumnBuilder out = new ColumnBuilder(actual, piece.length);
      for (int row = 0; row < piece.length; row++) {
        out.appendFrom(operands.get(piece[row]).column(), position[row]);
      }
      return Operand.of(out.build());
    }
  }
}
