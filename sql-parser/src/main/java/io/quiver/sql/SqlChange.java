package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDelete;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlInsert;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlUpdate;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.ImmutableNullableList;
import org.jspecify.annotations.Nullable;

/**
 * INSERT, UPDATE or DELETE, with what Calcite's nodes have no room for: WITH before it, the other
 * tables that it reads, ON CONFLICT, and RETURNING.
 */
public final class SqlChange extends SqlCall {
  private static final SqlOperator INSERT = new SqlSpecialOperator("INSERT", SqlKind.INSERT);
  private static final SqlOperator UPDATE = new SqlSpecialOperator("UPDATE", SqlKind.UPDATE);
  private static final SqlOperator DELETE = new SqlSpecialOperator("DELETE", SqlKind.DELETE);

  private final @Nullable SqlNodeList with;
  private final SqlCall change;
  private final @Nullable SqlIdentifier alias;
  private final @Nullable SqlNode from;
  private final @Nullable SqlOnConflict conflict;
  private final @Nullable SqlNodeList returning;

  private SqlChange(
      @Nullable SqlNodeList with,
      SqlCall change,
      @Nullable SqlIdentifier alias,
      @Nullable SqlNode from,
      @Nullable SqlOnConflict conflict,
      @Nullable SqlNodeList returning) {
    super(change.getParserPosition());
    this.with = with;
    this.change = change;
    this.alias = alias;
    this.from = from;
    this.conflict = conflict;
    this.returning = returning;
  }

  /** INSERT or UPSERT. */
  public static SqlChange insert(
      SqlInsert insert,
      @Nullable SqlIdentifier alias,
      @Nullable SqlOnConflict conflict,
      @Nullable SqlNodeList returning) {
    return new SqlChange(null, insert, alias, null, conflict, returning);
  }

  /** UPDATE, with the tables after FROM. */
  public static SqlChange update(
      SqlUpdate update, @Nullable SqlNode from, @Nullable SqlNodeList returning) {
    return new SqlChange(null, update, update.getAlias(), from, null, returning);
  }

  /** DELETE, with the tables after USING. */
  public static SqlChange delete(
      SqlDelete delete, @Nullable SqlNode from, @Nullable SqlNodeList returning) {
    return new SqlChange(null, delete, delete.getAlias(), from, null, returning);
  }

  /** The same change, reading what WITH names. */
  public SqlChange with(SqlNodeList named) {
    return new SqlChange(named, change, alias, from, conflict, returning);
  }

  /** The source of INSERT ... DEFAULT VALUES: one row of nothing. */
  public static SqlNode noValues(SqlParserPos position) {
    return SqlStdOperatorTable.VALUES.createCall(
        position, SqlStdOperatorTable.ROW.createCall(position));
  }

  /** Whether a change comes after WITH and what it names; the grammar asks before it reads. */
  public static boolean followsWith(IntFunction<String> tokens) {
    if (!tokens.apply(1).equalsIgnoreCase("with")) {
      return false;
    }
    int depth = 0;
    for (int i = 2; ; i++) {
      String token = tokens.apply(i);
      if (token.equals("(")) {
        depth++;
      } else if (token.equals(")")) {
        depth--;
      } else if (token.isEmpty()) {
        return false;
      } else if (depth == 0) {
        if (isChange(token)) {
          return true;
        }
        if (token.equalsIgnoreCase("select") || token.equalsIgnoreCase("values")) {
          return false;
        }
      }
    }
  }

  private static boolean isChange(String token) {
    return token.equalsIgnoreCase("insert")
        || token.equalsIgnoreCase("upsert")
        || token.equalsIgnoreCase("update")
        || token.equalsIgnoreCase("delete");
  }

  /** SET (a, b) = (1, 2, 3). */
  public static QuiverException differentCounts(SqlParserPos position) {
    return new QuiverException(
        ErrorCode.SYNTAX_ERROR,
        SourcePositions.describe(position) + "SET has another number of columns than of values");
  }

  /** What is named before the change, or null. */
  public @Nullable SqlNodeList with() {
    return with;
  }

  /** A {@link SqlInsert}, {@link SqlUpdate} or {@link SqlDelete}. */
  public SqlCall change() {
    return change;
  }

  /** Another name of the target, or null. */
  public @Nullable SqlIdentifier alias() {
    return alias;
  }

  /** The other tables that an UPDATE or DELETE reads, or null. */
  public @Nullable SqlNode from() {
    return from;
  }

  /** What an INSERT does with a row whose key is taken, or null for an error. */
  public @Nullable SqlOnConflict conflict() {
    return conflict;
  }

  /** A select list over the changed rows, or null. */
  public @Nullable SqlNodeList returning() {
    return returning;
  }

  @Override
  public SqlOperator getOperator() {
    return switch (change) {
      case SqlInsert insert -> INSERT;
      case SqlUpdate update -> UPDATE;
      default -> DELETE;
    };
  }

  @Override
  public List<SqlNode> getOperandList() {
    return ImmutableNullableList.of(with, change, alias, from, conflict, returning);
  }

  /** Close to what was written: where FROM, USING and an alias stood is not kept. */
  @Override
  public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
    if (with != null) {
      writer.keyword("WITH");
      with.unparse(writer, 0, 0);
    }
    change.unparse(writer, 0, 0);
    if (from != null) {
      writer.keyword("FROM");
      from.unparse(writer, 0, 0);
    }
    if (conflict != null) {
      conflict.unparse(writer, 0, 0);
    }
    if (returning != null) {
      writer.keyword("RETURNING");
      returning.unparse(writer, 0, 0);
    }
  }
}
