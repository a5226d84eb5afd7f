package io.quiver.sql;

import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;

/** {@code subvector(vector, from, count)}: the first dimension is 1. */
final class SubvectorFunction extends SqlFunction {
  SubvectorFunction() {
    super(
        "subvector",
        SqlKind.OTHER_FUNCTION,
        VectorResults.CONCAT,
        (binding, returnType, types) -> {
          VectorOperands.SAME_VECTOR.inferOperandTypes(binding, returnType, types);
          RelDataType integer = binding.getTypeFactory().createSqlType(SqlTypeName.INTEGER);
          for (int i = 1; i < types.length; i++) {
            types[i] = binding.getTypeFactory().createTypeWithNullability(integer, true);
          }
        },
        new Operands(),
        SqlFunctionCategory.USER_DEFINED_FUNCTION);
  }

  private static final class Operands implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean fits = VectorOperands.ONE.checkOperandTypes(binding, throwOnFailure);
      for (int i = 1; fits && i < 3; i++) {
        RelDataType type = binding.getOperandType(i);
        fits =
            SqlTypeUtil.isIntType(type)
                || type.getSqlTypeName() == SqlTypeName.NULL
                || VectorOperands.isUnknown(binding.getValidator(), type);
      }
      if (!fits && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return fits;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.of(3);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(<VECTOR>, <INTEGER>, <INTEGER>)";
    }
  }
}
