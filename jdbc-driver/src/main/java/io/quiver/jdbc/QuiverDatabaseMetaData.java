package io.quiver.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.calcite.avatica.AvaticaDatabaseMetaData;
import org.jspecify.annotations.Nullable;

/** What Quiver can do, where it differs from what Avatica assumes. */
final class QuiverDatabaseMetaData extends AvaticaDatabaseMetaData {
  private final QuiverConnection connection;

  QuiverDatabaseMetaData(QuiverConnection connection) {
    super(connection);
    this.connection = connection;
  }

  @Override
  public boolean isReadOnly() throws SQLException {
    return connection.isReadOnly();
  }

  @Override
  public int getDefaultTransactionIsolation() {
    return Connection.TRANSACTION_READ_COMMITTED;
  }

  @Override
  public boolean supportsTransactionIsolationLevel(int level) {
    return level == Connection.TRANSACTION_READ_COMMITTED
        || level == Connection.TRANSACTION_REPEATABLE_READ;
  }

  @Override
  public boolean supportsTransactions() {
    return true;
  }

  @Override
  public boolean supportsMultipleTransactions() {
    return true;
  }

  @Override
  public boolean supportsBatchUpdates() {
    return true;
  }

  @Override
  public boolean supportsGetGeneratedKeys() {
    return true;
  }

  @Override
  public boolean generatedKeyAlwaysReturned() {
    return true;
  }

  @Override
  public boolean supportsSavepoints() {
    return true;
  }

  @Override
  public boolean supportsMultipleOpenResults() {
    return false;
  }

  @Override
  public boolean supportsResultSetType(int type) {
    return type == ResultSet.TYPE_FORWARD_ONLY || type == ResultSet.TYPE_SCROLL_INSENSITIVE;
  }

  @Override
  public boolean supportsResultSetConcurrency(int type, int concurrency) {
    return supportsResultSetType(type) && concurrency == ResultSet.CONCUR_READ_ONLY;
  }

  @Override
  public boolean supportsResultSetHoldability(int holdability) {
    return holdability == ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public int getResultSetHoldability() {
    return ResultSet.HOLD_CURSORS_OVER_COMMIT;
  }

  @Override
  public boolean supportsOpenCursorsAcrossCommit() {
    return true;
  }

  @Override
  public boolean supportsOpenStatementsAcrossCommit() {
    return true;
  }

  @Override
  public boolean supportsOpenStatementsAcrossRollback() {
    return true;
  }

  @Override
  public boolean supportsAlterTableWithAddColumn() {
    return true;
  }

  @Override
  public boolean supportsAlterTableWithDropColumn() {
    return true;
  }

  @Override
  public boolean dataDefinitionCausesTransactionCommit() {
    return false;
  }

  /** NULL comes last in either order. */
  @Override
  public boolean nullsAreSortedHigh() {
    return false;
  }

  @Override
  public boolean nullsAreSortedLow() {
    return false;
  }

  @Override
  public boolean nullsAreSortedAtStart() {
    return false;
  }

  @Override
  public boolean nullsAreSortedAtEnd() {
    return true;
  }

  @Override
  public boolean storesLowerCaseIdentifiers() {
    return true;
  }

  @Override
  public boolean supportsMixedCaseQuotedIdentifiers() {
    return true;
  }

  @Override
  public String getIdentifierQuoteString() {
    return "\"";
  }

  @Override
  public boolean supportsCatalogsInDataManipulation() {
    return true;
  }

  @Override
  public boolean supportsCatalogsInTableDefinitions() {
    return true;
  }

  @Override
  public boolean supportsCatalogsInIndexDefinitions() {
    return true;
  }

  @Override
  public boolean supportsCatalogsInPrivilegeDefinitions() {
    return false;
  }

  @Override
  public boolean supportsSchemasInPrivilegeDefinitions() {
    return false;
  }

  @Override
  public boolean supportsSchemasInProcedureCalls() {
    return false;
  }

  @Override
  public boolean locatorsUpdateCopy() {
    return false;
  }

  @Override
  public String getSearchStringEscape() {
    return "\\";
  }

  @Override
  public String getSchemaTerm() {
    return "schema";
  }

  @Override
  public String getCatalogTerm() {
    return "database";
  }

  @Override
  public String getUserName() throws SQLException {
    return super.getUserName() == null ? "" : super.getUserName();
  }

  @Override
  public boolean ownUpdatesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean ownDeletesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean ownInsertsAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersUpdatesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersDeletesAreVisible(int type) {
    return false;
  }

  @Override
  public boolean othersInsertsAreVisible(int type) {
    return false;
  }

  @Override
  public boolean updatesAreDetected(int type) {
    return false;
  }

  @Override
  public boolean deletesAreDetected(int type) {
    return false;
  }

  @Override
  public boolean insertsAreDetected(int type) {
    return false;
  }

  @Override
  public ResultSet getClientInfoProperties() throws SQLException {
    List<Object> rows = new ArrayList<>();
    for (String name : QuiverConnection.CLIENT_INFO) {
      rows.add(Arrays.asList(name, Integer.MAX_VALUE, "", "kept by the driver"));
    }
    return LocalRows.of(
        List.of(text("NAME"), number("MAX_LEN"), text("DEFAULT_VALUE"), text("DESCRIPTION")), rows);
  }

  /** The primary key identifies a row for as long as the row exists. */
  @Override
  public ResultSet getBestRowIdentifier(
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table,
      int scope,
      boolean nullable)
      throws SQLException {
    List<Object> rows = new ArrayList<>();
    try (ResultSet columns = columns(catalog, schema, table)) {
      while (columns.next()) {
        if (columns.getObject("KEY_SEQ") != null) {
          rows.add(
              Arrays.asList(
                  (int) (short) DatabaseMetaData.bestRowSession,
                  columns.getString("COLUMN_NAME"),
                  columns.getInt("DATA_TYPE"),
                  columns.getString("TYPE_NAME"),
                  columns.getInt("COLUMN_SIZE"),
                  null,
                  columns.getInt("DECIMAL_DIGITS"),
                  (int) (short) DatabaseMetaData.bestRowNotPseudo));
        }
      }
    }
    return LocalRows.of(
        List.of(
            number("SCOPE"),
            text("COLUMN_NAME"),
            number("DATA_TYPE"),
            text("TYPE_NAME"),
            number("COLUMN_SIZE"),
            number("BUFFER_LENGTH"),
            number("DECIMAL_DIGITS"),
            number("PSEUDO_COLUMN")),
        rows);
  }

  /** The primary key, UNIQUE constraints, and what CREATE INDEX and CREATE UNIQUE INDEX made. */
  @Override
  public ResultSet getIndexInfo(
      @Nullable String catalog,
      @Nullable String schema,
      @Nullable String table,
      boolean unique,
      boolean approximate)
      throws SQLException {
    List<IndexColumn> rows = new ArrayList<>();
    try (ResultSet keys = getPrimaryKeys(catalog, schema, table)) {
      while (keys.next()) {
        rows.add(
            new IndexColumn(
                keys.getString("TABLE_CAT"),
                keys.getString("TABLE_SCHEM"),
                keys.getString("TABLE_NAME"),
                false,
                keys.getString("PK_NAME"),
                keys.getInt("KEY_SEQ"),
                keys.getString("COLUMN_NAME"),
                null,
                null));
      }
    }
    for (IndexColumn column : IndexColumn.created(connection, catalog, schema, table)) {
      if (!unique || !column.nonUnique()) {
        rows.add(column);
      }
    }
    return LocalRows.of(
        List.of(
            text("TABLE_CAT"),
            text("TABLE_SCHEM"),
            text("TABLE_NAME"),
            new LocalRows.Column("NON_UNIQUE", Types.BOOLEAN, "BOOLEAN"),
            text("INDEX_QUALIFIER"),
            text("INDEX_NAME"),
            number("TYPE"),
            number("ORDINAL_POSITION"),
            text("COLUMN_NAME"),
            text("ASC_OR_DESC"),
            new LocalRows.Column("CARDINALITY", Types.BIGINT, "BIGINT"),
            new LocalRows.Column("PAGES", Types.BIGINT, "BIGINT"),
            text("FILTER_CONDITION")),
        rows.stream().sorted().map(IndexColumn::row).toList());
  }

  /** The foreign keys of a table. */
  @Override
  public ResultSet getImportedKeys(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    ForeignKeyRows.Table child = new ForeignKeyRows.Table(catalog, schema, table);
    return ForeignKeyRows.of(connection, ForeignKeyRows.Table.ANY, child, true);
  }

  /** The foreign keys that reference a table. */
  @Override
  public ResultSet getExportedKeys(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    ForeignKeyRows.Table parent = new ForeignKeyRows.Table(catalog, schema, table);
    return ForeignKeyRows.of(connection, parent, ForeignKeyRows.Table.ANY, false);
  }

  @Override
  public ResultSet getCrossReference(
      @Nullable String parentCatalog,
      @Nullable String parentSchema,
      @Nullable String parentTable,
      @Nullable String foreignCatalog,
      @Nullable String foreignSchema,
      @Nullable String foreignTable)
      throws SQLException {
    return ForeignKeyRows.of(
        connection,
        new ForeignKeyRows.Table(parentCatalog, parentSchema, parentTable),
        new ForeignKeyRows.Table(foreignCatalog, foreignSchema, foreignTable),
        false);
  }

  /** One row for each form of a function; they are in no schema of the user's. */
  @Override
  public ResultSet getFunctions(
      @Nullable String catalog, @Nullable String schemaPattern, @Nullable String namePattern)
      throws SQLException {
    List<Object> rows = new ArrayList<>();
    String wanted = "routine_catalog = ? AND routine_schema LIKE ? AND routine_name LIKE ?";
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT routine_catalog, routine_schema, routine_name, routine_comment, specific_name"
                + " FROM information_schema.routines WHERE "
                + wanted
                + " ORDER BY routine_name, specific_name")) {
      statement.setString(1, catalog == null ? connection.getCatalog() : catalog);
      statement.setString(2, schemaPattern == null ? "%" : schemaPattern);
      statement.setString(3, namePattern == null ? "%" : namePattern);
      try (ResultSet functions = statement.executeQuery()) {
        while (functions.next()) {
          rows.add(
              Arrays.asList(
                  functions.getString(1),
                  functions.getString(2),
                  functions.getString(3),
                  functions.getString(4),
                  DatabaseMetaData.functionNoTable,
                  functions.getString(5)));
        }
      }
    }
    return LocalRows.of(
        List.of(
            text("FUNCTION_CAT"),
            text("FUNCTION_SCHEM"),
            text("FUNCTION_NAME"),
            text("REMARKS"),
            number("FUNCTION_TYPE"),
            text("SPECIFIC_NAME")),
        rows);
  }

  private ResultSet columns(
      @Nullable String catalog, @Nullable String schema, @Nullable String table)
      throws SQLException {
    return getColumns(catalog, PrimaryKeys.literally(schema), PrimaryKeys.literally(table), null);
  }

  private static LocalRows.Column text(String label) {
    return new LocalRows.Column(label, Types.VARCHAR, "VARCHAR");
  }

  private static LocalRows.Column number(String label) {
    return new LocalRows.Column(label, Types.INTEGER, "INTEGER");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return QuiverConnection.unwrap(this, type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type != null && type.isInstance(this);
  }
}
