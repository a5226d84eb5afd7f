package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;
import org.apache.calcite.sql.type.SqlOperandTypeInference;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.type.SqlTypeUtil;
import org.apache.calcite.sql.validate.SqlValidator;

/**
 * Operands that are vectors, or become one: a {@code ?} takes the type of the vector beside it, and
 * text and arrays are cast to that type.
 */
final class VectorOperands implements SqlOperandTypeChecker {
  static final VectorOperands ONE = new VectorOperands(1);
  static final VectorOperands TWO = new VectorOperands(2);

  static final SqlOperandTypeInference SAME_VECTOR =
      (binding, returnType, operandTypes) -> {
        RelDataType vector = nullable(binding, vectorAmong(binding));
        for (int i = 0; i < operandTypes.length; i++) {
          operandTypes[i] = vector;
        }
      };

  private final int count;

  private VectorOperands(int count) {
    this.count = count;
  }

  @Override
  public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
    SqlType.Vector vector = vectorAmong(binding);
    for (int i = 0; i < Math.min(count, binding.getOperandCount()); i++) {
      if (!becomesVector(binding, i, vector)) {
        if (throwOnFailure) {
          throw binding.newValidationSignatureError();
        }
        return false;
      }
    }
    return true;
  }

  @Override
  public SqlOperandCountRange getOperandCountRange() {
    return SqlOperandCountRanges.of(count);
  }

  @Override
  public String getAllowedSignatures(SqlOperator operator, String name) {
    if (count == 1) {
      return name + "(<VECTOR>)";
    }
    return operator instanceof org.apache.calcite.sql.SqlBinaryOperator
        ? "<VECTOR> " + name + " <VECTOR>"
        : name + "(<VECTOR>, <VECTOR>)";
  }

  private static boolean becomesVector(SqlCallBinding binding, int i, SqlType.Vector vector) {
    SqlNode operand = binding.operand(i);
    RelDataType type = binding.getOperandType(i);
    if (type instanceof VectorSqlType found) {
      if (vector.dimension() != SqlType.Vector.ANY_DIMENSION) {
        checkSameDimension(binding, vector, found.vector());
      }
      return true;
    }
    if (operand instanceof SqlDynamicParam && isUnknown(binding.getValidator(), type)) {
      // Operand type inference does not reach an expression in ORDER BY.
      binding.getValidator().setValidatedNodeType(operand, nullable(binding, vector));
      return true;
    }
    if (i == 1
        && binding.getOperator().equals(VectorOperators.VECTOR_MULTIPLY)
        && SqlTypeUtil.isNumeric(type)) {
      return true;
    }
    if (SqlTypeUtil.isCharacter(type)
        || (type instanceof OtherSqlType other && other.type() instanceof SqlType.Array)
        || type.getSqlTypeName() == SqlTypeName.NULL) {
      castInPlace(binding, i, vector);
      return true;
    }
    return false;
  }

  static boolean isUnknown(SqlValidator validator, RelDataType type) {
    return type.equals(validator.getUnknownType())
        || type.getSqlTypeName() == SqlTypeName.UNKNOWN
        || type.getSqlTypeName() == SqlTypeName.NULL;
  }

  /** What Calcite's own implicit casts do: the tree then says what happens. */
  private static void castInPlace(SqlCallBinding binding, int i, SqlType.Vector vector) {
    SqlNode operand = binding.operand(i);
    SqlParserPos position = operand.getParserPosition();
    SqlNode cast =
        SqlStdOperatorTable.CAST.createCall(
            position,
            operand,
            new SqlDataTypeSpec(new SqlVectorTypeNameSpec(vector, position), position));
    binding.getCall().setOperand(i, cast);
    binding.getValidator().deriveType(binding.getScope(), cast);
  }

  private static SqlType.Vector vectorAmong(SqlCallBinding binding) {
    SqlType.Vector best = null;
    for (SqlNode operand : binding.operands()) {
      RelDataType type = binding.getValidator().deriveType(binding.getScope(), operand);
      if (type instanceof VectorSqlType found) {
        if (found.dimension() != SqlType.Vector.ANY_DIMENSION) {
          // What stands behind a vector may be of any length.
          return binding.getOperator().equals(VectorOperators.VECTOR_CONCAT)
              ? new SqlType.Vector(SqlType.Vector.ANY_DIMENSION, found.element())
              : found.vector();
        }
        best = best == null ? found.vector() : best;
      }
    }
    VectorFunction function = VectorOperators.function(binding.getOperator());
    boolean bits =
        function == VectorFunction.HAMMING_DISTANCE || function == VectorFunction.JACCARD_DISTANCE;
    return best != null
        ? best
        : new SqlType.Vector(
            SqlType.Vector.ANY_DIMENSION, bits ? SqlType.Element.BINARY : SqlType.Element.FLOAT32);
  }

  private static void checkSameDimension(
      SqlCallBinding binding, SqlType.Vector wanted, SqlType.Vector found) {
    if (found.dimension() != wanted.dimension()
        && found.dimension() != SqlType.Vector.ANY_DIMENSION) {
      throw new QuiverException(
          ErrorCode.DIMENSION_MISMATCH,
          SourcePositions.describe(binding.getCall().getParserPosition())
              + binding.getOperator().getName()
              + " wants two vectors of the same dimension, found "
              + wanted.sqlName()
              + " and "
              + found.sqlName());
    }
  }

  private static RelDataType nullable(SqlCallBinding binding, SqlType.Vector vector) {
    return ((QuiverTypeFactory) binding.getTypeFactory()).createVectorType(vector, true);
  }
}
