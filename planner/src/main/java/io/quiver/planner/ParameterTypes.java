package io.quiver.planner;

import io.quiver.planner.translate.Types;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidator;
import org.jspecify.annotations.Nullable;

/** What is known of the type of each {@code ?}; text where nothing is. */
final class ParameterTypes {
  private final List<@Nullable SqlType> types;

  ParameterTypes(int count) {
    types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      types.add(null);
    }
  }

  /** The first who says wins. */
  void set(int index, SqlType type) {
    if (index < types.size() && types.get(index) == null) {
      types.set(index, type);
    }
  }

  List<SqlType> types() {
    List<SqlType> known = new ArrayList<>();
    for (SqlType type : types) {
      known.add(type == null ? SqlType.TEXT : type);
    }
    return known;
  }

  /** Takes over what the validator found out. */
  void collect(SqlNode validated, SqlValidator validator) {
    validated.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlCall call) {
            if (call instanceof SqlSelect select) {
              rowCount(select.getOffset());
              rowCount(select.getFetch());
            } else if (call instanceof SqlOrderBy orderBy) {
              rowCount(orderBy.offset);
              rowCount(orderBy.fetch);
            }
            return super.visit(call);
          }

          @Override
          public @Nullable Void visit(SqlDynamicParam parameter) {
            RelDataType type = validator.getValidatedNodeTypeIfKnown(parameter);
            if (type != null) {
              set(parameter.getIndex(), bindable(Types.fromCalcite(type)));
            }
            return null;
          }
        });
  }

  private void rowCount(@Nullable SqlNode node) {
    if (node instanceof SqlDynamicParam parameter) {
      set(parameter.getIndex(), SqlType.BIGINT);
    }
  }

  // A longer text than the column beside it can hold is unequal, not wrong.
  private static SqlType bindable(SqlType type) {
    return type instanceof SqlType.Varchar ? SqlType.TEXT : type;
  }
}
