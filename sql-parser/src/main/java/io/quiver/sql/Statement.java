package io.quiver.sql;

import io.quiver.types.SqlType;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/**
 * One parsed statement. Names are folded: what was not quoted is in lower case. Calcite's tree
 * stays inside {@link Query} and {@link Modify}, for the planner alone.
 */
public sealed interface Statement {
  /** SELECT, VALUES, WITH, UNION and so on. */
  record Query(SqlNode node, SearchOptions search) implements Statement {}

  /** INSERT, UPDATE or DELETE. */
  record Modify(Kind kind, SqlNode node, SearchOptions search) implements Statement {
    /** Which change. */
    public enum Kind {
      INSERT,
      UPDATE,
      DELETE
    }
  }

  /** A statement that changes the catalog. */
  sealed interface Definition extends Statement {}

  /**
   * CREATE TABLE.
   *
   * @param constraints in their order, those of columns included
   */
  record CreateTable(
      TableName name,
      boolean ifNotExists,
      List<ColumnSpec> columns,
      List<ConstraintSpec> constraints)
      implements Definition {
    public CreateTable {
      columns = List.copyOf(columns);
      constraints = List.copyOf(constraints);
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

  /**
   * CREATE TABLE ... AS.
   *
   * @param columns names for the query's columns; empty to keep its own
   * @param withData whether the query's rows are stored
   */
  record CreateTableAs(
      TableName name, boolean ifNotExists, List<String> columns, Query query, boolean withData)
      implements Definition {
    public CreateTableAs {
      columns = List.copyOf(columns);
    }
  }

  /** DROP TABLE. */
  record DropTable(List<TableName> names, boolean ifExists, boolean cascade) implements Definition {
    public DropTable {
      names = List.copyOf(names);
    }
  }

  /** ALTER TABLE, with its actions in their order. */
  record AlterTable(TableName name, boolean ifExists, List<Action> actions) implements Definition {
    public AlterTable {
      actions = List.copyOf(actions);
    }

    /** One thing that ALTER TABLE does. */
    public sealed interface Action {
      /**
       * ADD COLUMN.
       *
       * @param constraints that stand behind the column
       */
      record AddColumn(ColumnSpec column, List<ConstraintSpec> constraints, boolean ifNotExists)
          implements Action {
        public AddColumn {
          constraints = List.copyOf(constraints);
        }
      }

      /** DROP COLUMN. */
      record DropColumn(String name, boolean ifExists, boolean cascade) implements Action {}

      /** RENAME COLUMN. */
      record RenameColumn(String from, String to) implements Action {}

      /** ADD CONSTRAINT, or ADD and the constraint. */
      record AddConstraint(ConstraintSpec constraint) implements Action {}

      /** DROP CONSTRAINT. */
      record DropConstraint(String name, boolean ifExists, boolean cascade) implements Action {}

      /** RENAME CONSTRAINT. */
      record RenameConstraint(String from, String to) implements Action {}

      /** RENAME TO. */
      record RenameTable(String to) implements Action {}

      /** SET SCHEMA. */
      record SetSchema(String schema) implements Action {}

      /**
       * ALTER COLUMN ... SET DEFAULT, or DROP DEFAULT.
       *
       * @param defaultSql null to drop it
       */
      record SetDefault(String column, @Nullable String defaultSql) implements Action {}

      /** ALTER COLUMN ... RESTART WITH. */
      record RestartIdentity(String column, long next) implements Action {}

      /** ALTER COLUMN ... SET GENERATED { ALWAYS | BY DEFAULT }. */
      record SetIdentity(String column, IdentityKind identity) implements Action {}

      /** ALTER COLUMN ... [SET DATA] TYPE. */
      record SetType(String column, SqlType type) implements Action {}

      /** ALTER COLUMN ... DROP NOT NULL, or SET NOT NULL. */
      record SetNullable(String column, boolean nullable) implements Action {}
    }
  }

  /** CREATE SCHEMA. */
  record CreateSchema(String name, boolean ifNotExists) implements Definition {}

  /** DROP SCHEMA. */
  record DropSchema(List<String> names, boolean ifExists, boolean cascade) implements Definition {
    public DropSchema {
      names = List.copyOf(names);
    }
  }

  /**
   * CREATE VIEW.
   *
   * @param columns names for the query's columns; empty to keep its own
   * @param sql the text of the query
   */
  record CreateView(
      TableName name, boolean orReplace, List<String> columns, Query query, String sql)
      implements Definition {
    public CreateView {
      columns = List.copyOf(columns);
    }
  }

  /** DROP VIEW. */
  record DropView(List<TableName> names, boolean ifExists, boolean cascade) implements Definition {
    public DropView {
      names = List.copyOf(names);
    }
  }

  /**
   * CREATE INDEX and CREATE VECTOR INDEX.
   *
   * @param name null to have one made
   * @param vector whether VECTOR was said
   * @param method what USING said, in lower case; null for the default
   * @param distance what DISTANCE said, in lower case; null where nothing did
   * @param options in lower case, values as text
   * @param predicateSql the text of WHERE
   */
  record CreateIndex(
      @Nullable String name,
      TableName table,
      boolean ifNotExists,
      boolean unique,
      boolean vector,
      @Nullable String method,
      List<IndexKey> keys,
      List<String> include,
      @Nullable String distance,
      Map<String, String> options,
      @Nullable String predicateSql)
      implements Definition {
    public CreateIndex {
      keys = List.copyOf(keys);
      include = List.copyOf(include);
      options = Map.copyOf(options);
    }
  }

  /**
   * A column of an index.
   *
   * @param operatorClass such as {@code vector_cosine_ops}, or null
   */
  record IndexKey(
      String column, @Nullable String operatorClass, boolean descending, boolean nullsFirst) {}

  /** DROP INDEX. */
  record DropIndex(List<TableName> names, boolean ifExists, boolean cascade) implements Definition {
    public DropIndex {
      names = List.copyOf(names);
    }
  }

  /** CREATE SEQUENCE. */
  record CreateSequence(TableName name, boolean ifNotExists, SequenceSpec options)
      implements Definition {}

  /** ALTER SEQUENCE. */
  record AlterSequence(TableName name, boolean ifExists, SequenceSpec options)
      implements Definition {}

  /** DROP SEQUENCE. */
  record DropSequence(List<TableName> names, boolean ifExists, boolean cascade)
      implements Definition {
    public DropSequence {
      names = List.copyOf(names);
    }
  }

  /**
   * COMMENT ON.
   *
   * @param column of a COLUMN, else null
   * @param text null to remove the comment
   */
  record CommentOn(ObjectKind kind, TableName name, @Nullable String column, @Nullable String text)
      implements Definition {}

  /** What a comment is on. */
  enum ObjectKind {
    TABLE,
    VIEW,
    INDEX,
    COLUMN
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

  /** TRUNCATE TABLE. */
  record Truncate(List<TableName> names, boolean cascade) implements Statement {
    public Truncate {
      names = List.copyOf(names);
    }
  }

  /** RESET ALL. */
  record ResetAll() implements Statement {}

  /** SHOW ALL. */
  record ShowAll() implements Statement {}

  /** SHOW name. */
  record ShowOption(String name) implements Statement {}

  /**
   * SHOW TABLES and its like.
   *
   * @param of the table whose columns, indexes or definition are shown, or null
   */
  record ShowObjects(Listing listing, @Nullable TableName of) implements Statement {}

  /** What SHOW lists. */
  enum Listing {
    TABLES,
    VIEWS,
    SCHEMAS,
    COLUMNS,
    INDEXES,
    CREATE_TABLE,
    FUNCTIONS
  }

  /** DESCRIBE name. */
  record Describe(TableName name) implements Statement {}

  /** FLUSH, or FLUSH TABLE name: writes what is in memory to segments. */
  record Flush(@Nullable TableName name) implements Maintenance {}

  /** CHECKPOINT: writes what is in memory to segments, and lets the log before it go. */
  record Checkpoint() implements Maintenance {}

  /** OPTIMIZE TABLE: merges all segments of a table, without deleted rows. */
  record Optimize(TableName name) implements Maintenance {}

  /**
   * LOAD TABLE: brings what a table has in files into memory.
   *
   * @param columns none is all
   */
  record Load(TableName name, List<String> columns) implements Maintenance {
    public Load {
      columns = List.copyOf(columns);
    }
  }

  /** RELEASE TABLE: lets go of what is in memory of a table's files. */
  record ReleaseTable(TableName name) implements Maintenance {}

  /**
   * REINDEX INDEX name, or REINDEX TABLE name: makes indexes anew.
   *
   * @param table whether the name is that of a table, all of whose indexes are meant
   */
  record Reindex(TableName name, boolean table) implements Maintenance {}

  /** KILL BUILD id: ends the build of a vector index. */
  record KillBuild(long id) implements Maintenance {}

  /** Changes how rows are stored, and no row; stands outside of transactions. */
  sealed interface Maintenance extends Statement {}

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
   * @param catalog the database, or null
   * @param schema null where the search path decides
   */
  record TableName(@Nullable String catalog, @Nullable String schema, String name) {
    public TableName(@Nullable String schema, String name) {
      this(null, schema, name);
    }

    @Override
    public String toString() {
      return (catalog == null ? "" : catalog + ".") + (schema == null ? "" : schema + ".") + name;
    }
  }
}
