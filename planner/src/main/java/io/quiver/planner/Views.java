package io.quiver.planner;

import io.quiver.planner.translate.CatalogTable;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.calcite.rel.RelNode;
import org.apache.calcite.rel.RelRoot;
import org.apache.calcite.rel.logical.LogicalProject;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.apache.calcite.sql.validate.SqlValidatorNamespace;
import org.apache.calcite.sql.validate.SqlValidatorTable;
import org.jspecify.annotations.Nullable;

/** What a view's query means where the view is read, and what a query reads. */
final class Views {
  private Views() {}

  /** The tree of a view's query. */
  static SqlNode query(ViewDefinition view) {
    if (SqlParser.parse(view.sql()) instanceof Statement.Query query) {
      return query.node();
    }
    throw new IllegalStateException("view " + view.name() + " is no query: " + view.sql());
  }

  /**
   * The columns of a view, by the names that its query gave them when it was made: the query may
   * give more by now.
   */
  static RelRoot columns(
      RelRoot root, List<String> names, ViewDefinition view, RelDataType rowType) {
    RelNode input = root.project();
    RexBuilder builder = input.getCluster().getRexBuilder();
    List<RexNode> columns = new ArrayList<>();
    for (int i = 0; i < view.columns().size(); i++) {
      RexNode column = builder.makeInputRef(input, position(names, view.sourceNames(), i));
      RelDataType wanted = rowType.getFieldList().get(i).getType();
      columns.add(
          column.getType().equals(wanted) ? column : builder.ensureType(wanted, column, true));
    }
    RelNode project =
        LogicalProject.create(input, List.of(), columns, rowType.getFieldNames(), Set.of());
    return RelRoot.of(project, SqlKind.SELECT);
  }

  /** Where the same name stands, of several the one with as many before it. */
  private static int position(List<String> names, List<String> sourceNames, int column) {
    String name = sourceNames.get(column);
    int before = 0;
    for (int i = 0; i < column; i++) {
      before += sourceNames.get(i).equals(name) ? 1 : 0;
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name) && before-- == 0) {
        return i;
      }
    }
    throw new IllegalStateException("a view's query has lost column " + name);
  }

  /** The tables and views that a validated query names. */
  static List<TableId> reads(SqlNode validated, Validator validator) {
    Set<TableId> reads = new LinkedHashSet<>();
    validated.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlIdentifier identifier) {
            SqlValidatorNamespace namespace = validator.getNamespace(identifier);
            SqlValidatorTable table = namespace == null ? null : namespace.getTable();
            CatalogTable source = table == null ? null : table.unwrap(CatalogTable.class);
            TableId id = source == null ? null : source.id();
            if (id != null) {
              reads.add(Objects.requireNonNull(id));
            }
            return null;
          }
        });
    return List.copyOf(reads);
  }
}
