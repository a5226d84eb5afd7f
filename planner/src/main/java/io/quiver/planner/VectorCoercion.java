package io.quiver.planner;

import io.quiver.sql.SqlVectorTypeNameSpec;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;

/** Calcite's implicit casts, and text that is compared with a vector. */
final class VectorCoercion extends TypeCoercionImpl {
  VectorCoercion(RelDataTypeFactory factory, SqlValidator validator) {
    super(factory, validator);
  }

  @Override
  public boolean binaryComparisonCoercion(SqlCallBinding binding) {
    if (binding.getOperandCount() == 2) {
      RelDataType left = binding.getOperandType(0);
      RelDataType right = binding.getOperandType(1);
      if (left instanceof VectorSqlType vector && SqlTypeUtil.isCharacter(right)) {
        return cast(binding, 1, vector);
      }
      if (right instanceof VectorSqlType vector && SqlTypeUtil.isCharacter(left)) {
        return cast(binding, 0, vector);
      }
    }
    return super.binaryComparisonCoercion(binding);
  }

  private static boolean cast(SqlCallBinding binding, int i, VectorSqlType vector) {
    SqlNode operand = binding.operand(i);
    SqlParserPos position = operand.getParserPosition();
    SqlVectorTypeNameSpec type =
        vector.dimension() == SqlType.Vector.ANY_DIMENSION
            ? SqlVectorTypeNameSpec.anyDimension(position)
            : SqlVectorTypeNameSpec.of(vector.dimension(), null, position);
    SqlNode cast =
        SqlStdOperatorTable.CAST.createCall(position, operand, new SqlDataTypeSpec(type, position));
    binding.getCall().setOperand(i, cast);
    binding.getValidator().deriveType(binding.getScope(), cast);
    return true;
  }
}
