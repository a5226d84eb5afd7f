package io.quiver.sql;

import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlReturnTypeInference;

/** Which vector a function over vectors gives. */
final class VectorResults {
  /** As many bits as the argument has dimensions. */
  static final SqlReturnTypeInference BINARY =
      binding -> {
        RelDataType argument = binding.getOperandType(0);
        int dimension =
            argument instanceof VectorSqlType vector
                ? vector.dimension()
                : SqlType.Vector.ANY_DIMENSION;
        return vector(binding, new SqlType.Vector(dimension, SqlType.Element.BINARY));
      };

  /** What both arguments are. */
  static final SqlReturnTypeInference COMMON =
      binding -> vector(binding, new SqlType.Vector(dimension(binding), element(binding)));

  /** Of the arguments' element; how long is only known when it runs. */
  static final SqlReturnTypeInference CONCAT =
      binding ->
          vector(binding, new SqlType.Vector(SqlType.Vector.ANY_DIMENSION, element(binding)));

  private VectorResults() {}

  private static int dimension(SqlOperatorBinding binding) {
    for (RelDataType type : binding.collectOperandTypes()) {
      if (type instanceof VectorSqlType vector
          && vector.dimension() != SqlType.Vector.ANY_DIMENSION) {
        return vector.dimension();
      }
    }
    return SqlType.Vector.ANY_DIMENSION;
  }

  private static SqlType.Element element(SqlOperatorBinding binding) {
    SqlType.Element element = null;
    for (RelDataType type : binding.collectOperandTypes()) {
      if (type instanceof VectorSqlType vector) {
        element =
            element == null || element == vector.element()
                ? vector.element()
                : SqlType.Element.FLOAT32;
      }
    }
    return element == null ? SqlType.Element.FLOAT32 : element;
  }

  private static RelDataType vector(SqlOperatorBinding binding, SqlType.Vector type) {
    boolean nullable = binding.collectOperandTypes().stream().anyMatch(RelDataType::isNullable);
    return ((QuiverTypeFactory) binding.getTypeFactory()).createVectorType(type, nullable);
  }
}
