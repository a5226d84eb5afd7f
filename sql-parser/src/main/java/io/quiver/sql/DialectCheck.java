package io.quiver.sql;

import io.quiver.types.QuiverException;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** Types as Calcite's grammar reads them: refused where Quiver has them not, else made ours. */
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
    TypeNames.of(type.getTypeNameSpec(), type.getParserPosition());
    return null;
  }
}
