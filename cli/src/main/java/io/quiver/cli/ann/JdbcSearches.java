package io.quiver.cli.ann;

import io.quiver.vector.index.Effort;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Searches a {@link BenchTable} by a prepared statement of JDBC. */
final class JdbcSearches implements SearchTarget.Client {
  private final AnnData data;
  private final Connection connection;
  private final PreparedStatement search;
  private final List<float[]> queries = new ArrayList<>();

  JdbcSearches(AnnData data, int k, String url) throws SQLException {
    this.data = data;
    connection = DriverManager.getConnection(url);
    search = connection.prepareStatement(BenchTable.search(data, k));
    for (int query = 0; query < data.queries().count(); query++) {
      queries.add(AnnData.floats(data.queries(), query));
    }
  }

  @Override
  public void setEffort(Effort effort) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : BenchTable.settings(effort)) {
        statement.execute(sql);
      }
    }
  }

  @Override
  public int search(int query, int[] rows) throws SQLException {
    int parameter = 1;
    if (data.filters().areThere()) {
      data.filters().bind(search, parameter++, data.filters().wanted().get(query));
    }
    search.setObject(parameter, queries.get(query));
    return SearchTarget.run(search, rows);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
