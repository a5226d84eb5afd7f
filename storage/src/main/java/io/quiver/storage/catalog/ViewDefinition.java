package io.quiver.storage.catalog;

import io.quiver.types.Field;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A view as the catalog holds it: its query's text, and what it meant when the view was made.
 *
 * @param id of the same kind as a table's, and never that of a table
 * @param columns what the view shows
 * @param sourceNames for each column, the name that the query gives it: a query that has come to
 *     give more columns, as {@code SELECT *} may, shows those of the start
 * @param sql the query
 * @param searchPath the schemas in which its unqualified names are looked up
 * @param dependencies the tables and views that it reads, at any depth of its own query
 * @param comment what COMMENT ON VIEW said
 */
public record ViewDefinition(
    TableId id,
    String schemaName,
    String name,
    List<Field> columns,
    List<String> sourceNames,
    String sql,
    List<String> searchPath,
    List<TableId> dependencies,
    @Nullable String comment) {
  public ViewDefinition {
    columns = List.copyOf(columns);
    sourceNames = List.copyOf(sourceNames);
    searchPath = List.copyOf(searchPath);
    dependencies = List.copyOf(dependencies);
    if (columns.size() != sourceNames.size()) {
      throw new IllegalArgumentException(
          columns.size() + " columns, but " + sourceNames.size() + " names in the query");
    }
  }

  public ViewDefinition withComment(@Nullable String other) {
    return new ViewDefinition(
        id, schemaName, name, columns, sourceNames, sql, searchPath, dependencies, other);
  }

  public ViewDefinition withName(String other) {
    return new ViewDefinition(
        id, schemaName, other, columns, sourceNames, sql, searchPath, dependencies, comment);
  }
}
