package io.quiver.planner.translate;

import io.quiver.sql.QuiverTypeFactory;
import io.quiver.types.SqlType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlSyntax;
import org.apache.calcite.sql.fun.SqlBasicAggFunction;
import org.apache.calcite.sql.type.OperandTypes;

/** ARRAY_AGG, which gives an array of ours where Calcite's own gives one of Calcite's. */
public final class ArrayAggregate {
  public static final SqlAggFunction FUNCTION =
      SqlBasicAggFunction.create(
              "ARRAY_AGG",
              SqlKind.ARRAY_AGG,
              binding ->
                  Types.toCalcite(
                      (QuiverTypeFactory) binding.getTypeFactory(),
                      new SqlType.Array(Types.fromCalcite(binding.getOperandType(0))),
                      true),
              OperandTypes.ANY)
          .withFunctionType(SqlFunctionCategory.SYSTEM)
          .withSyntax(SqlSyntax.ORDERED_FUNCTION);

  private ArrayAggregate() {}
}
