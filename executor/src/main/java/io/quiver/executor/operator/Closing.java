package io.quiver.executor.operator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several operators, all of them even when one fails. */
final class Closing {
  private Closing() {}

  static void all(List<Operator> operators) {
    RuntimeException failure = null;
    for (Operator operator : operators) {
      failure = close(operator, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static @Nullable RuntimeException close(
      Operator operator, @Nullable RuntimeException earlier) {
    try {
      operator.close();
      return earlier;
    } catch (RuntimeException e) {
      if (earlier == null) {
        return e;
      }
      earlier.addSuppressed(e);
      return earlier;
    }
  }
}
