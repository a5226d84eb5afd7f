package io.quiver.jdbc;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.ColumnMetaData.Rep;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.QueryState;

/** Result sets whose rows are all here: no statement and no server stand behind them. */
final class LocalRows {
  private LocalRows() {}

  /** A column's label and type. */
  record Column(String label, int jdbcType, String typeName) {}

  static ResultSet of(List<Column> columns, List<Object> rows) throws SQLException {
    Meta.Signature signature =
        Meta.Signature.create(
            describe(columns), "", List.of(), Meta.CursorFactory.LIST, Meta.StatementType.SELECT);
    QuiverResultSet result =
        new QuiverResultSet(
            null,
            new QueryState(""),
            signature,
            new QuiverResultSetMetaData(signature),
            TimeZone.getDefault(),
            new Meta.Frame(0, true, rows));
    return result.execute();
  }

  private static List<ColumnMetaData> describe(List<Column> columns) {
    List<ColumnMetaData> described = new ArrayList<>();
    for (Column column : columns) {
      described.add(
          new ColumnMetaData(
              described.size(),
              false,
              true,
              true,
              false,
              DatabaseMetaData.columnNullable,
              true,
              0,
              column.label(),
              column.label(),
              "",
              0,
              0,
              "",
              "",
              ColumnMetaData.scalar(column.jdbcType(), column.typeName(), Rep.OBJECT),
              true,
              false,
              false,
              Object.class.getName()));
    }
    return described;
  }
}
