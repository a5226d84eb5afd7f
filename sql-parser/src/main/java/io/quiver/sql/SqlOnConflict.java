package io.quiver.sql;

import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.ImmutableNullableList;
import org.jspecify.annotations.Nullable;

/** ON CONFLICT: what an INSERT does with a row whose key is taken. */
public final class SqlOnConflict extends SqlCall {
  private static final SqlOperator OPERATOR = new SqlSpecialOperator("ON CONFLICT", SqlKind.OTHER);

  private final @Nullable SqlNodeList target;
  private final @Nullable SqlIdentifier constraint;
  private final @Nullable SqlNodeList columns;
  private final @Nullable SqlNodeList values;
  private final @Nullable SqlNode where;

  private SqlOnConflict(
      SqlParserPos position,
      @Nullable SqlNodeList target,
      @Nullable SqlIdentifier constraint,
      @Nullable SqlNodeList columns,
      @Nullable SqlNodeList values,
      @Nullable SqlNode where) {
    super(position);
    this.target = target;
    this.constraint = constraint;
    this.columns = columns;
    this.values = values;
    this.where = where;
  }

  /** DO NOTHING. */
  public static SqlOnConflict doNothing(
      SqlParserPos position, @Nullable SqlNodeList target, @Nullable SqlIdentifier constraint) {
    return new SqlOnConflict(position, target, constraint, null, null, null);
  }

  /** DO UPDATE SET columns = values WHERE where. */
  public static SqlOnConflict doUpdate(
      SqlParserPos position,
      @Nullable SqlNodeList target,
      @Nullable SqlIdentifier constraint,
      SqlNodeList columns,
      SqlNodeList values,
      @Nullable SqlNode where) {
    return new SqlOnConflict(position, target, constraint, columns, values, where);
  }

  /** The columns whose key is meant, or null where none are named. */
  public @Nullable SqlNodeList target() {
    return target;
  }

  /** The name after ON CONSTRAINT, or null. */
  public @Nullable SqlIdentifier constraint() {
    return constraint;
  }

  /** The columns that DO UPDATE assigns, or null for DO NOTHING. */
  public @Nullable SqlNodeList columns() {
    return columns;
  }

  /** One value a column, or null for DO NOTHING. */
  public @Nullable SqlNodeList values() {
    return values;
  }

  /** Which of the rows DO UPDATE changes; null for all. */
  public @Nullable SqlNode where() {
    return where;
  }

  @Override
  public SqlOperator getOperator() {
    return OPERATOR;
  }

  @Override
  public List<SqlNode> getOperandList() {
    return ImmutableNullableList.of(target, constraint, columns, values, where);
  }

  @Override
  public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
    writer.keyword("ON CONFLICT");
    if (target != null) {
      target.unparse(writer, 1, 1);
    }
    if (constraint != null) {
      writer.keyword("ON CONSTRAINT");
      constraint.unparse(writer, 0, 0);
    }
    if (columns == null || values == null) {
      writer.keyword("DO NOTHING");
      return;
    }
    writer.keyword("DO UPDATE SET");
    for (int i = 0; i < columns.size(); i++) {
      writer.sep(",", false);
      columns.get(i).unparse(writer, 0, 0);
      writer.keyword("=");
      values.get(i).unparse(writer, 0, 0);
    }
    if (where != null) {
      writer.keyword("WHERE");
      where.unparse(writer, 0, 0);
    }
  }
}
