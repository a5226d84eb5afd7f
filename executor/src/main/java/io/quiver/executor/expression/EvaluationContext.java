package io.quiver.executor.expression;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that expressions read besides their input's columns; the same for a whole execution.
 *
 * @param parameters the values of {@link Expression.Parameter}, converted to their types
 * @param outer the values of {@link Expression.OuterColumn}
 * @param statementTime what CURRENT_TIMESTAMP gives
 * @param timeZone what texts of instants are in, and the local time of CURRENT_DATE
 * @param sequences what NEXTVAL and the like ask
 * @param cancelled true once the statement is to end, which long calls look for
 */
public record EvaluationContext(
    List<@Nullable Object> parameters,
    List<@Nullable Object> outer,
    Instant statementTime,
    String catalog,
    String user,
    String version,
    ZoneId timeZone,
    Sequences sequences,
    BooleanSupplier cancelled) {
  /** Outside of any correlated part of a plan, of a statement that is not cancelled. */
  public EvaluationContext(
      List<@Nullable Object> parameters,
      Instant statementTime,
      String catalog,
      String user,
      String version,
      ZoneId timeZone) {
    this(
        parameters,
        List.of(),
        statementTime,
        catalog,
        user,
        version,
        timeZone,
        Sequences.NONE,
        () -> false);
  }

  /** The same, in UTC. */
  public EvaluationContext(
      List<@Nullable Object> parameters,
      Instant statementTime,
      String catalog,
      String user,
      String version) {
    this(parameters, statementTime, catalog, user, version, ZoneOffset.UTC);
  }
}
