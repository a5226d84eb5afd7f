package io.quiver.planner.translate;

import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.type.OperandTypes;
import org.apache.calcite.sql.type.ReturnTypes;

/** A cast to a vector, under another name: what is called CAST, Calcite simplifies and fails at. */
public final class VectorCast extends SqlFunction {
  public static final VectorCast INSTANCE = new VectorCast();

  private VectorCast() {
    super(
        "$cast_to_vector",
        SqlKind.OTHER_FUNCTION,
        ReturnTypes.ARG0,
        null,
        OperandTypes.ANY,
        SqlFunctionCategory.SYSTEM);
  }
}
