package io.quiver.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the driver says of the database and what is in it. */
abstract class DriverMetadataContract extends DriverValuesContract {
  @Test
  void metadataCallsAnswerAndNeverThrow() throws SQLException {
    createEverything();
    run("CREATE TABLE pair (b INTEGER, a INTEGER, x_y VARCHAR(20) NOT NULL, PRIMARY KEY (a, b))");
    var meta = connection.getMetaData();
    assertThat(column(meta.getTables(null, "public", "%", new String[] {"TABLE"}), "TABLE_NAME"))
        .containsExactly("everything", "pair");
    assertThat(column(meta.getTables(null, null, "pa_r", null), "TABLE_TYPE"))
        .containsExactly("TABLE");
    assertThat(column(meta.getTables("elsewhere", null, "%", null), "TABLE_NAME")).isEmpty();
    assertThat(column(meta.getColumns(null, null, "everything", "%"), "TYPE_NAME"))
        .containsExactly(
            "INTEGER",
            "BOOLEAN",
            "BIGINT",
            "REAL",
            "DOUBLE",
            "VARCHAR",
            "DATE",
            "TIMESTAMP",
            "VECTOR(3)");
    assertThat(column(meta.getColumns(null, null, "pair", "x\\_y"), "IS_NULLABLE"))
        .containsExactly("NO");
    assertThat(column(meta.getPrimaryKeys(null, "public", "pair"), "COLUMN_NAME"))
        .containsExactly("a", "b");
    assertThat(column(meta.getPrimaryKeys(null, null, "pair"), "KEY_SEQ"))
        .containsExactly("1", "2");
    assertThat(column(meta.getIndexInfo(null, null, "pair", false, false), "COLUMN_NAME"))
        .containsExactly("a", "b");
    assertThat(column(meta.getBestRowIdentifier(null, null, "pair", 0, true), "COLUMN_NAME"))
        .containsExactlyInAnyOrder("a", "b");
    assertThat(column(meta.getSchemas(), "TABLE_SCHEM")).contains("public");
    assertThat(column(meta.getCatalogs(), "TABLE_CAT")).containsExactly(connection.getCatalog());
    assertThat(column(meta.getTableTypes(), "TABLE_TYPE"))
        .containsExactly("SYSTEM TABLE", "TABLE", "VIEW");
    assertThat(column(meta.getTypeInfo(), "TYPE_NAME"))
        .contains("VECTOR", "BIGINT", "DECIMAL", "UUID", "ARRAY", "TIMESTAMP WITH TIME ZONE");
    for (ResultSet rows :
        List.of(
            meta.getImportedKeys(null, null, "pair"),
            meta.getExportedKeys(null, null, "pair"),
            meta.getProcedures(null, null, "%"),
            meta.getUDTs(null, null, "%", null))) {
      assertThat(rows.next()).isFalse();
      rows.close();
    }
    assertThat(meta.getDatabaseProductName()).isEqualTo("Quiver");
    assertThat(meta.getStringFunctions().split(",", -1)).contains("lower", "split_part");
    assertThat(meta.getNumericFunctions().split(",", -1)).contains("abs", "round");
    assertThat(meta.getTimeDateFunctions().split(",", -1)).contains("now", "current_date");
    assertThat(meta.getSystemFunctions().split(",", -1)).contains("coalesce", "current_user");
    assertThat(meta.getSQLKeywords().split(",", -1)).contains("QUALIFY").doesNotContain("SELECT");
    assertThat(column(meta.getFunctions(null, null, "starts\\_%"), "FUNCTION_NAME"))
        .containsExactly("starts_with");
    assertThat(column(meta.getFunctions("elsewhere", null, "%"), "FUNCTION_NAME")).isEmpty();
    assertThat(connection.getSchema()).isEqualTo("public");
    assertThat(connection.isValid(1)).isTrue();
  }

  @Test
  void foreignKeysAreListed() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE parent (x INTEGER, y INTEGER, PRIMARY KEY (x, y))");
      statement.execute(
          "CREATE TABLE child (id INTEGER PRIMARY KEY, b INTEGER, a INTEGER, CONSTRAINT pairs"
              + " FOREIGN KEY (b, a) REFERENCES parent (y, x) ON DELETE CASCADE)");
      statement.execute(
          "CREATE TABLE other (id INTEGER, CONSTRAINT pairs FOREIGN KEY (id) REFERENCES child)");
    }
    DatabaseMetaData meta = connection.getMetaData();
    assertThat(column(meta.getImportedKeys(null, null, "child"), "FKCOLUMN_NAME"))
        .containsExactly("b", "a");
    assertThat(column(meta.getImportedKeys(null, "public", "child"), "PKCOLUMN_NAME"))
        .containsExactly("y", "x");
    assertThat(column(meta.getExportedKeys(null, null, "parent"), "DELETE_RULE"))
        .containsExactly("0", "0");
    assertThat(column(meta.getExportedKeys(null, null, "parent"), "UPDATE_RULE"))
        .containsExactly("3", "3");
    assertThat(column(meta.getCrossReference(null, null, "child", null, null, "other"), "FK_NAME"))
        .containsExactly("pairs");
    assertThat(column(meta.getCrossReference(null, null, "parent", null, null, "other"), "FK_NAME"))
        .isEmpty();
  }

  private static List<String> column(ResultSet rows, String label) throws SQLException {
    try (rows) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(label));
      }
      return values;
    }
  }
}
