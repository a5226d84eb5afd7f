package io.quiver.executor.expression;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that expressions read besides their input's columns; the same for a whole execution.
 *
 * @param parameters the values of {@link Expression.Parameter}, converted to their types
 * @param statementTime what CURRENT_TIMESTAMP gives
 */
public record EvaluationContext(
    List<@Nullable Object> parameters,
    Instant statementTime,
    String catalog,
    String user,
    String version) {}
