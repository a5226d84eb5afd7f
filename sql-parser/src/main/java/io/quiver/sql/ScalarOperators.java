package io.quiver.sql;

import org.apache.calcite.sql.SqlBinaryOperator;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/** Signs that the grammar reads; before validation, each becomes the function of its name. */
public final class ScalarOperators {
  /** As PostgreSQL's "other operators": looser than {@code + -}, tighter than comparisons. */
  private static final int PRECEDENCE = 38;

  /** Tighter than {@code * /}, looser than a sign. */
  private static final int AT_PRECEDENCE = 70;

  public static final SqlBinaryOperator AT_TIME_ZONE = infix("AT TIME ZONE", AT_PRECEDENCE);
  public static final SqlBinaryOperator JSON_MEMBER = infix("->");
  public static final SqlBinaryOperator JSON_MEMBER_TEXT = infix("->>");
  public static final SqlBinaryOperator JSON_PATH = infix("#>");
  public static final SqlBinaryOperator JSON_PATH_TEXT = infix("#>>");
  public static final SqlBinaryOperator HOLDS = infix("@>");
  public static final SqlBinaryOperator HELD_BY = infix("<@");
  public static final SqlBinaryOperator SHARES = infix("&&");

  private ScalarOperators() {}

  private static SqlBinaryOperator infix(String name) {
    return infix(name, PRECEDENCE);
  }

  private static SqlBinaryOperator infix(String name, int precedence) {
    return new SqlBinaryOperator(
        name,
        SqlKind.OTHER_FUNCTION,
        precedence,
        true,
        ReturnTypes.ARG0,
        null,
        OperandTypes.ANY_ANY);
  }
}
