package io.quiver.planner;

import io.quiver.sql.OtherSqlType;
import io.quiver.sql.SqlScalarTypeNameSpec;
import io.quiver.sql.SqlVectorTypeNameSpec;
import io.quiver.sql.VectorSqlType;
import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.implicit.TypeCoercionImpl;
import org.jspecify.annotations.Nullable;

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
      if (left instanceof VectorSqlType vector && becomesVector(right)) {
        return cast(binding, 1, vector);
      }
      if (right instanceof VectorSqlType vector && becomesVector(left)) {
        return cast(binding, 0, vector);
      }
    }
    OtherSqlType other = otherAmong(binding);
    return other == null ? super.binaryComparisonCoercion(binding) : adapt(binding, other);
  }

  private static boolean becomesVector(RelDataType type) {
    return SqlTypeUtil.isCharacter(type)
        || (type instanceof OtherSqlType other && other.type() instanceof SqlType.Array);
  }

  /** Casts what stands beside a value of a type of ours to that type. */
  private static boolean adapt(SqlCallBinding binding, OtherSqlType other) {
    boolean changed = false;
    for (int i = 0; i < binding.getOperandCount(); i++) {
      RelDataType type = binding.getOperandType(i);
      if (isBeside(type)) {
        SqlNode cast = cast(binding.operand(i), other.type());
        binding.getCall().setOperand(i, cast);
        binding.getValidator().deriveType(binding.getScope(), cast);
        changed = true;
      }
    }
    return changed;
  }

  private static @Nullable OtherSqlType otherAmong(SqlCallBinding binding) {
    for (int i = 0; i < binding.getOperandCount(); i++) {
      if (binding.getOperandType(i) instanceof OtherSqlType found) {
        return found;
      }
    }
    return null;
  }

  private static boolean isBeside(RelDataType type) {
    return switch (type.getSqlTypeName()) {
      case CHAR, VARCHAR, DATE, TIMESTAMP -> true;
      default -> false;
    };
  }

  @Override
  public boolean inOperationCoercion(SqlCallBinding binding) {
    if (binding.getOperandType(0) instanceof OtherSqlType other
        && binding.operand(1) instanceof SqlNodeList list) {
      for (int i = 0; i < list.size(); i++) {
        SqlNode node = list.get(i);
        if (isBeside(binding.getValidator().deriveType(binding.getScope(), node))) {
          SqlNode value = cast(node, other.type());
          binding.getValidator().deriveType(binding.getScope(), value);
          list.set(i, value);
        }
      }
      binding.getValidator().setValidatedNodeType(list, other);
      return true;
    }
    return super.inOperationCoercion(binding);
  }

  private static SqlNode cast(SqlNode operand, SqlType type) {
    SqlParserPos position = operand.getParserPosition();
    return SqlStdOperatorTable.CAST.createCall(
        position,
        operand,
        new SqlDataTypeSpec(new SqlScalarTypeNameSpec(type, position), position));
  }

  private static boolean cast(SqlCallBinding binding, int i, VectorSqlType vector) {
    SqlNode operand = binding.operand(i);
    SqlParserPos position = operand.getParserPosition();
    SqlVectorTypeNameSpec type = new SqlVectorTypeNameSpec(vector.vector(), position);
    SqlNode cast =
        SqlStdOperatorTable.CAST.createCall(position, operand, new SqlDataTypeSpec(type, position));
    binding.getCall().setOperand(i, cast);
    binding.getValidator().deriveType(binding.getScope(), cast);
    return true;
  }
}
