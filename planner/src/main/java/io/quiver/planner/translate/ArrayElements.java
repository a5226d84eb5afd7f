package io.quiver.planner.translate;

import io.quiver.sql.OtherSqlType;
import io.quiver.sql.QuiverTypeFactory;
import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCallBinding;
import org.apache.calcite.sql.SqlFunction;
import org.apache.calcite.sql.SqlFunctionCategory;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlOperandCountRange;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlOperatorBinding;
import org.apache.calcite.sql.type.SqlOperandCountRanges;
import org.apache.calcite.sql.type.SqlOperandTypeChecker;

/**
 * What stands inside of UNNEST: the array, as an array of Calcite's, whose own UNNEST takes no
 * other.
 */
public final class ArrayElements extends SqlFunction {
  public static final ArrayElements INSTANCE = new ArrayElements();

  private ArrayElements() {
    super(
        "unnest",
        SqlKind.OTHER_FUNCTION,
        ArrayElements::collection,
        (binding, returnType, types) ->
            types[0] =
                Types.toCalcite(
                    (QuiverTypeFactory) binding.getTypeFactory(),
                    new SqlType.Array(SqlType.TEXT),
                    true),
        new Operand(),
        SqlFunctionCategory.SYSTEM);
  }

  private static RelDataType collection(SqlOperatorBinding binding) {
    QuiverTypeFactory factory = (QuiverTypeFactory) binding.getTypeFactory();
    SqlType type = Types.fromCalcite(binding.getOperandType(0));
    SqlType element = type instanceof SqlType.Array array ? array.element() : SqlType.TEXT;
    RelDataType collection = factory.createArrayType(Types.toCalcite(factory, element, true), -1);
    return factory.createTypeWithNullability(collection, true);
  }

  private static final class Operand implements SqlOperandTypeChecker {
    @Override
    public boolean checkOperandTypes(SqlCallBinding binding, boolean throwOnFailure) {
      boolean array =
          binding.getOperandType(0) instanceof OtherSqlType other
              && other.type() instanceof SqlType.Array;
      if (!array && throwOnFailure) {
        throw binding.newValidationSignatureError();
      }
      return array;
    }

    @Override
    public SqlOperandCountRange getOperandCountRange() {
      return SqlOperandCountRanges.of(1);
    }

    @Override
    public String getAllowedSignatures(SqlOperator operator, String name) {
      return name + "(<ARRAY>)";
    }
  }
}
