package io.quiver.executor.expression;

import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values from text and to it, one at a time, as CAST converts them. */
public final class TextValues {
  private TextValues() {}

  /**
   * The Java value that {@link SqlType} names.
   *
   * @param zone of instants without one
   * @throws QuiverException 22P02, 22003, 22007 or 22000 for text that is no such value
   */
  public static Object parse(String text, SqlType type, ZoneId zone) {
    Object value = cast(text, SqlType.TEXT, type, zone);
    if (value == null) {
      throw new IllegalStateException("a text became null");
    }
    return value;
  }

  /** What CAST(value AS to) gives. */
  public static @Nullable Object cast(
      @Nullable Object value, SqlType from, SqlType to, ZoneId zone) {
    EvaluationContext context = new EvaluationContext(List.of(), Instant.EPOCH, "", "", "", zone);
    Expression cast = new Expression.Cast(new Expression.Literal(value, from), to);
    return ExpressionEvaluator.compile(cast, context).constant();
  }
}
