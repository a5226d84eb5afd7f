package io.quiver.planner.translate;

import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/**
 * A cast to or from a type that Quiver decides about, and to a DECIMAL, under another name than
 * CAST: Calcite would simplify it by rules of its own.
 */
public final class OtherCast extends SqlFunction {
  public static final OtherCast INSTANCE = new OtherCast();

  private OtherCast() {
    super(
        "$cast",
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.ARG0,
        null,
        OperandTypes.ANY,
        SqlFunctionCategory.SYSTEM);
  }
}
