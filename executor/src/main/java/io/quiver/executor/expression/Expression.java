package io.quiver.executor.expression;

import io.quiver.types.SqlType;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A scalar computation over the columns of one input. Types are resolved, casts are explicit. */
public sealed interface Expression {
  SqlType type();

  /** A column of the input. */
  record InputColumn(int index, SqlType type) implements Expression {}

  /** A constant, as the Java value that {@link SqlType} names, or null. */
  record Literal(@Nullable Object value, SqlType type) implements Expression {}

  /**
   * A value bound at execution: the user's parameters first, then hoisted literals; an instant may
   * be bound as text, which is read in the session's time zone.
   */
  record Parameter(int index, SqlType type) implements Expression {}

  /**
   * A column of the row for which this part of the plan runs, the outermost first; the same for all
   * rows of one run.
   */
  record OuterColumn(int number, SqlType type) implements Expression {}

  /** A built-in function; {@link ScalarFunction} says what it wants of its arguments. */
  record Call(ScalarFunction function, List<Expression> arguments, SqlType type)
      implements Expression {
    public Call {
      arguments = List.copyOf(arguments);
    }
  }

  /** A function that a plugin gave. */
  record UserCall(UserFunction function, List<Expression> arguments) implements Expression {
    public UserCall {
      arguments = List.copyOf(arguments);
    }

    @Override
    public SqlType type() {
      return function.returnType();
    }
  }

  /** A conversion; 22P02, 22003, 22007 or 22000 when the value does not fit. */
  record Cast(Expression operand, SqlType type) implements Expression {}

  /** The result of the first branch whose condition is true; branches not taken are not run. */
  record Case(List<Branch> branches, Expression otherwise, SqlType type) implements Expression {
    public Case {
      branches = List.copyOf(branches);
    }
  }

  /** A branch of {@link Case}. */
  record Branch(Expression condition, Expression result) {}

  /** Whether a value is one of many constants, none of them null; null for null. */
  record InSet(Expression operand, Set<Object> values) implements Expression {
    public InSet {
      values = Set.copyOf(values);
    }

    @Override
    public SqlType type() {
      return SqlType.BOOLEAN;
    }
  }
}
