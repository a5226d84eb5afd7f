package io.quiver.sql;

import io.quiver.types.SqlType;
import java.util.List;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/**
 * One parsed statement. Names are folded: what was not quoted is in lower case. Calcite's tree
 * stays inside {@link Query} and {@link Modify}, for the planner alone.
 */
public sealed interface Statement {
  /** SELECT, VALUES, WITH, UNION and so on. */
  record Query(SqlNode node) implements Statement {}

  /** INSERT, UPDATE or DELETE. */
  record Modify(Kind kind, SqlNode node) implements Statement {
    /** Which change. */
    public enum Kind {
      INSERT,
      UPDATE,
      DELETE
    }
  }

  /**
   * CREATE TABLE.
   *
   * @param primaryKey column names in key order; empty where there is none
   */
  record CreateTable(
      TableName name, boolean ifNotExists, List<ColumnSpec> columns, List<String> primaryKey)
      implements Statement {
    public CreateTable {
      columns = List.copyOf(columns);
      primaryKey = List.copyOf(primaryKey);
    }
  }

  /**
   * A column of CREATE TABLE.
   *
   * @param defaultSql the text of the DEFAULT expression
   */
  record ColumnSpec(
      String name,
      SqlType type,
      boolean nullable,
      @Nullable String defaultSql,
      IdentityKind identity) {}

  /** GENERATED { BY DEFAULT | ALWAYS } AS IDENTITY; SERIAL and AUTO_INCREMENT are BY DEFAULT. */
  enum IdentityKind {
    NONE,
    BY_DEFAULT,
    ALWAYS
  }

  /** DROP TABLE. */
  record DropTable(List<TableName> names, boolean ifExists) implements Statement {
    public DropTable {
      names = List.copyOf(names);
    }
  }

  /** EXPLAIN of a {@link Query} or {@link Modify}. */
  record Explain(Statement statement, boolean analyze) implements Statement {}

  /**
   * BEGIN or START TRANSACTION.
   *
   * @param isolation null for the session's default
   * @param readOnly null for the session's default
   */
  record Begin(@Nullable Isolation isolation, @Nullable Boolean readOnly) implements Statement {}

  /** An isolation level that a statement named. SERIALIZABLE answers 0A000 in the parser. */
  enum Isolation {
    READ_COMMITTED,
    REPEATABLE_READ
  }

  /** COMMIT or END. */
  record Commit() implements Statement {}

  /** ROLLBACK. */
  record Rollback() implements Statement {}

  /** SAVEPOINT name. */
  record Savepoint(String name) implements Statement {}

  /** ROLLBACK TO [SAVEPOINT] name. */
  record RollbackTo(String name) implements Statement {}

  /** RELEASE [SAVEPOINT] name. */
  record Release(String name) implements Statement {}

  /**
   * SET TRANSACTION, or with {@code session} SET SESSION CHARACTERISTICS AS TRANSACTION.
   *
   * @param isolation null where it is not named
   * @param readOnly null where it is not named
   */
  record SetTransaction(boolean session, @Nullable Isolation isolation, @Nullable Boolean readOnly)
      implements Statement {}

  /**
   * SET name = value, or TO value.
   *
   * @param name in lower case, dots kept
   * @param value null for DEFAULT; several are parted by a comma and a space
   * @param local whether it ends with the transaction
   */
  record SetOption(String name, @Nullable String value, boolean local) implements Statement {}

  /** RESET ALL. */
  record ResetAll() implements Statement {}

  /** SHOW ALL. */
  record ShowAll() implements Statement {}

  /** SHOW name. */
  record ShowOption(String name) implements Statement {}

  /** SHOW TABLES. */
  record ShowTables() implements Statement {}

  /** DESCRIBE name. */
  record Describe(TableName name) implements Statement {}

  /** FLUSH, or FLUSH TABLE name: writes what is in memory to segments. */
  record Flush(@Nullable TableName name) implements Statement {}

  /**
   * COPY table FROM files.
   *
   * @param columns what the files fill; empty where the statement names none
   * @param path of a file, or a glob
   */
  record CopyFrom(TableName table, List<String> columns, String path, CopyOptions options)
      implements Statement {
    public CopyFrom {
      columns = List.copyOf(columns);
    }
  }

  /**
   * COPY of a query, or of a table, TO a file.
   *
   * @param querySql the query's text
   */
  record CopyTo(Query query, String querySql, String path, CopyOptions options)
      implements Statement {}

  /**
   * A table's name as written.
   *
   * @param schema null where the search path decides
   */
  record TableName(@Nullable String schema, String name) {}
}
