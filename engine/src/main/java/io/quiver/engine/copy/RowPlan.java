package io.quiver.engine.copy;

import io.quiver.executor.expression.Expression;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.types.SqlType;
import java.util.List;

/**
 * How the rows of a table are made of those of a source.
 *
 * @param columns the value of each column of the table, over the source's columns once {@code
 *     vectors} are vectors
 * @param vectors those columns of the source that are vectors, or become such
 * @param omissions for columns of the table that single rows of the source may leave out
 */
public record RowPlan(
    List<Expression> columns, List<VectorInput> vectors, List<Omission> omissions) {
  public RowPlan {
    columns = List.copyOf(columns);
    vectors = List.copyOf(vectors);
    omissions = List.copyOf(omissions);
  }

  /**
   * A column of the source that holds vectors, or what {@link VectorArrays} makes vectors of.
   *
   * @param position of the column
   * @param wanted type of the value that it is for
   * @param target the table's column that it is for, which messages name
   */
  public record VectorInput(int position, SqlType.Vector wanted, ColumnDefinition target) {}

  /**
   * A column of the table that gets its default where the source leaves it out.
   *
   * @param column of the table
   * @param position in the source
   */
  public record Omission(int column, int position, Expression otherwise) {}
}
