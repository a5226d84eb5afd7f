package io.quiver.sql;

import io.quiver.types.SqlType;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.util.Optionality;

/**
 * SUM or AVG of vectors, element by element, as FLOAT32. Under names of their own, which nobody
 * else's rules for SUM and AVG know.
 */
public final class VectorAggregate extends SqlAggFunction {
  private final SqlKind computes;

  VectorAggregate(String name, SqlKind computes) {
    super(
        name,
        null,
        SqlKind.OTHER_FUNCTION,
        binding -> {
          int dimension =
              binding.getOperandType(0) instanceof VectorSqlType vector
                  ? vector.dimension()
                  : SqlType.Vector.ANY_DIMENSION;
          return ((QuiverTypeFactory) binding.getTypeFactory())
              .createVectorType(SqlType.vector(dimension), true);
        },
        VectorOperands.SAME_VECTOR,
        VectorOperands.ONE,
        SqlFunctionCategory.USER_DEFINED_FUNCTION,
        false,
        false,
        Optionality.FORBIDDEN);
    this.computes = computes;
  }

  /** SUM or AVG. */
  public SqlKind computes() {
    return computes;
  }
}
