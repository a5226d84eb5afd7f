package io.quiver.cli.ann;

import io.quiver.vector.index.RowFilter;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which rows each query may find.
 *
 * @param bits one set a query
 * @param scalars one value a row, as text; empty without filters
 * @param wanted the value that each query asks for; empty without filters
 * @param areIntegers whether all values are whole numbers
 */
public record QueryFilters(
    List<RowFilter> bits, List<String> scalars, List<String> wanted, boolean areIntegers) {
  private static final String INTEGER = "-?[0-9]{1,9}";

  /** All rows for every query. */
  static QueryFilters none(int rows, int queries) {
    List<RowFilter> all = Collections.nCopies(queries, RowFilter.all(rows));
    return new QueryFilters(all, List.of(), List.of(), false);
  }

  /** The rows that have the value that a query wants. */
  static QueryFilters of(List<String> scalars, List<String> wanted) {
    int rows = scalars.size();
    Map<String, RowFilter> known = new HashMap<>();
    List<RowFilter> bits =
        wanted.stream()
            .map(value ->
                known.computeIfAbsent(
                    value, v -> RowFilter.matching(rows, row -> scalars.get(row).equals(v))))
            .toList();
    boolean integers =
        scalars.stream().allMatch(s -> s.matches(INTEGER))
            && known.keySet().stream().allMatch(s -> s.matches(INTEGER));
    return new QueryFilters(bits, scalars, wanted, integers);
  }

  /** Whether there is a filter at all. */
  public boolean areThere() {
    return !wanted.isEmpty();
  }

  /** Binds a value of the column that is filtered by. */
  public void bind(PreparedStatement statement, int parameter, String value) throws SQLException {
    if (areIntegers) {
      statement.setInt(parameter, Integer.parseInt(value));
    } else {
      statement.setString(parameter, value);
    }
  }
}
