package io.quiver.sql;

import io.quiver.types.QuiverException;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** Refuses types that Calcite's grammar knows and Quiver does not have. */
final class DialectCheck extends SqlBasicVisitor<@Nullable Void> {
  private DialectCheck() {}

  /**
   * The tree, checked.
   *
   * @throws QuiverException 0A000 or 42704
   */
  static SqlNode check(SqlNode node) {
    node.accept(new DialectCheck());
    return node;
  }

  @Override
  public @Nullable Void visit(SqlDataTypeSpec type) {
    SqlTypeNameSpec name = type.getTypeNameSpec();
    if (!isKnown(name)) {
      throw TypeNames.unknown(
          name.getTypeName().toString(), SourcePositions.describe(type.getParserPosition()));
    }
    return null;
  }

  private static boolean isKnown(SqlTypeNameSpec name) {
    if (!(name instanceof SqlBasicTypeNameSpec)) {
      return name instanceof SqlVectorTypeNameSpec;
    }
    return switch (SqlTypeName.get(name.getTypeName().getSimple())) {
      case BOOLEAN, INTEGER, BIGINT, REAL, FLOAT, DOUBLE, VARCHAR, DATE, TIMESTAMP -> true;
      case null, default -> false;
    };
  }
}
