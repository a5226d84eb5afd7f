package io.quiver.planner.translate;

import io.quiver.executor.expression.Expression;
import io.quiver.executor.expression.ScalarFunction;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Walks over the executor's expressions. */
public final class Expressions {
  private Expressions() {}

  /** Visits an expression and all its parts, the outer ones first. */
  public static void forEach(Expression expression, Consumer<Expression> visitor) {
    visitor.accept(expression);
    switch (expression) {
      case Expression.InputColumn _,
          Expression.Literal _,
          Expression.Parameter _,
          Expression.OuterColumn _ -> {}
      case Expression.Call call -> call.arguments().forEach(e -> forEach(e, visitor));
      case Expression.UserCall call -> call.arguments().forEach(e -> forEach(e, visitor));
      case Expression.Cast cast -> forEach(cast.operand(), visitor);
      case Expression.InSet set -> forEach(set.operand(), visitor);
      case Expression.Case choice -> {
        for (Expression.Branch branch : choice.branches()) {
          forEach(branch.condition(), visitor);
          forEach(branch.result(), visitor);
        }
        forEach(choice.otherwise(), visitor);
      }
    }
  }

  /** The conditions that are true together when an expression is. */
  public static List<Expression> conjuncts(Expression expression) {
    if (expression instanceof Expression.Call call && call.function() == ScalarFunction.AND) {
      return call.arguments().stream().flatMap(part -> conjuncts(part).stream()).toList();
    }
    return List.of(expression);
  }

  /** Replaces each expression that has no parts. */
  public static Expression mapLeaves(Expression expression, UnaryOperator<Expression> leaf) {
    return mapParts(expression, e -> mapLeaves(e, leaf), leaf);
  }

  /** The same expression over other parts. */
  static Expression mapParts(
      Expression expression, UnaryOperator<Expression> part, UnaryOperator<Expression> leaf) {
    return switch (expression) {
      case Expression.InputColumn _,
          Expression.Literal _,
          Expression.Parameter _,
          Expression.OuterColumn _ ->
          leaf.apply(expression);
      case Expression.Call call ->
          new Expression.Call(call.function(), map(call.arguments(), part), call.type());
      case Expression.UserCall call ->
          new Expression.UserCall(call.function(), map(call.arguments(), part));
      case Expression.Cast cast -> new Expression.Cast(part.apply(cast.operand()), cast.type());
      case Expression.InSet set -> new Expression.InSet(part.apply(set.operand()), set.values());
      case Expression.Case choice ->
          new Expression.Case(
              choice.branches().stream()
                  .map(
                      b -> new Expression.Branch(part.apply(b.condition()), part.apply(b.result())))
                  .toList(),
              part.apply(choice.otherwise()),
              choice.type());
    };
  }

  private static List<Expression> map(List<Expression> list, UnaryOperator<Expression> mapping) {
    return list.stream().map(mapping).toList();
  }

  /** Puts expressions in the place of input columns. */
  static Expression substitute(Expression expression, List<Expression> columns) {
    return mapLeaves(
        expression,
        e -> e instanceof Expression.InputColumn column ? columns.get(column.index()) : e);
  }

  /** The input columns that any of the expressions reads, ascending. */
  static List<Integer> columns(List<Expression> expressions) {
    TreeSet<Integer> read = new TreeSet<>();
    for (Expression expression : expressions) {
      forEach(
          expression,
          part -> {
            if (part instanceof Expression.InputColumn column && column.index() >= 0) {
              read.add(column.index());
            }
          });
    }
    return List.copyOf(read);
  }

  /** Whether the expression is the same for every row of one run. */
  public static boolean isRowIndependent(Expression expression) {
    return !isVolatile(expression) && columns(List.of(expression)).isEmpty();
  }

  /** Whether the expression may give something else each time that it is computed. */
  static boolean isVolatile(Expression expression) {
    boolean[] found = {false};
    forEach(
        expression,
        e ->
            found[0] |=
                (e instanceof Expression.Call call && call.function().isVolatile())
                    || (e instanceof Expression.UserCall user && !user.function().deterministic()));
    return found[0];
  }
}
