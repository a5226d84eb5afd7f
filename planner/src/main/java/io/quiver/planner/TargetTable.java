package io.quiver.planner;

import io.quiver.executor.expression.Expression;
import io.quiver.planner.translate.Casts;
import io.quiver.planner.translate.LiteralText;
import io.quiver.planner.translate.Types;
import io.quiver.sql.SqlParser;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlTableRef;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** The table that a change writes to, and what its columns are given. */
final class TargetTable {
  private final TableDefinition table;
  private final SqlIdentifier name;
  private final StatementPlanner planner;

  private TargetTable(TableDefinition table, SqlIdentifier name, StatementPlanner planner) {
    this.table = table;
    this.name = name;
    this.planner = planner;
  }

  static TargetTable of(SqlNode target, StatementPlanner planner) {
    SqlIdentifier name =
        (SqlIdentifier) (target instanceof SqlTableRef ref ? ref.operand(0) : target);
    TableDefinition table = planner.reader().stored(name.names);
    if (table != null) {
      return new TargetTable(table, name, planner);
    }
    if (planner.reader().view(name.names) != null) {
      throw Messages.at(
          name.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "\"" + name + "\" is a view, which cannot be changed; change the tables that it reads");
    }
    if (planner.reader().getTable(name.names) != null) {
      throw Messages.at(
          name.getParserPosition(),
          ErrorCode.INSUFFICIENT_PRIVILEGE,
          "the system table \"" + name + "\" cannot be changed");
    }
    throw Messages.at(
        name.getParserPosition(),
        ErrorCode.UNDEFINED_TABLE,
        "table \"" + name + "\" does not exist");
  }

  TableDefinition definition() {
    return table;
  }

  SqlIdentifier name() {
    return name;
  }

  /** The position of a named column. */
  int column(SqlIdentifier column) {
    String last = column.names.get(column.names.size() - 1);
    for (int i = 0; i < table.columns().size(); i++) {
      if (table.columns().get(i).name().equals(last)) {
        return i;
      }
    }
    throw Messages.at(
        column.getParserPosition(),
        ErrorCode.UNDEFINED_COLUMN,
        "table \"" + table.name() + "\" has no column \"" + last + "\"");
  }

  /** What a column gets that the statement leaves out; null for one that counts up. */
  Expression defaultOf(ColumnDefinition column) {
    return defaultOf(column, planner);
  }

  static Expression defaultOf(ColumnDefinition column, StatementPlanner planner) {
    String text = column.defaultSql();
    if (text == null || column.identity() != ColumnDefinition.Identity.NONE) {
      return new Expression.Literal(null, column.type());
    }
    SqlNode parsed = SqlParser.parseExpression(text);
    // Its literals are those of another text.
    Preparation preparation = new Preparation(Hoisting.none(0), planner.operators().pluginNames());
    Expression value = planner.expression(preparation.prepare(parsed));
    return Casts.assignment(value, column.type(), column.name());
  }

  /**
   * The value that stands here for a column, without a detour through the validator.
   *
   * @return null for anything but DEFAULT, a {@code ?} or a literal
   */
  @Nullable Expression plainValue(SqlNode node, ColumnDefinition column) {
    if (node.getKind() == SqlKind.DEFAULT) {
      return defaultOf(column);
    }
    if (column.identity() == ColumnDefinition.Identity.ALWAYS) {
      throw generatedAlways(node, column);
    }
    if (node instanceof SqlDynamicParam parameter) {
      SqlType type = Casts.unbounded(column.type());
      planner.parameterTypes().set(parameter.getIndex(), type);
      return new Expression.Parameter(parameter.getIndex(), type);
    }
    SqlDynamicParam hoisted = planner.hoisting().hoist(node);
    if (hoisted != null) {
      SqlType type = Objects.requireNonNull(planner.hoisting().type(hoisted));
      Expression value = new Expression.Parameter(hoisted.getIndex(), type);
      return type instanceof SqlType.Varchar
          ? Casts.untyped(value, column.type())
          : Casts.assignment(value, column.type(), column.name());
    }
    Expression literal = literal(node, false);
    return literal == null ? null : Casts.assignment(literal, column.type(), column.name());
  }

  /** As {@link #plainValue}, where the row is there already: nothing counts up again. */
  @Nullable Expression plainAssignment(SqlNode node, ColumnDefinition column) {
    boolean identity = column.identity() != ColumnDefinition.Identity.NONE;
    if (identity && node.getKind() == SqlKind.DEFAULT) {
      throw Messages.at(
          node.getParserPosition(),
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "SET " + column.name() + " = DEFAULT, of an identity column, is not supported yet");
    }
    return plainValue(node, column);
  }

  /** An expression of any other kind. */
  Expression value(SqlNode node, ColumnDefinition column) {
    Expression value = planner.expression(planner.prepare(node));
    return Casts.assignment(value, column.type(), column.name());
  }

  static QuiverException generatedAlways(SqlNode node, ColumnDefinition column) {
    return Messages.at(
        node.getParserPosition(),
        ErrorCode.GENERATED_ALWAYS,
        "column \"" + column.name() + "\" is GENERATED ALWAYS and takes DEFAULT only");
  }

  private static @Nullable Expression literal(SqlNode node, boolean negated) {
    if (node.getKind() == SqlKind.MINUS_PREFIX && !negated) {
      SqlNode operand = ((SqlCall) node).operand(0);
      return operand instanceof SqlNumericLiteral ? literal(operand, true) : null;
    }
    return switch (node) {
      case SqlCharStringLiteral text ->
          new Expression.Literal(text.getValueAs(String.class), SqlType.TEXT);
      case SqlNumericLiteral number -> number(number, negated);
      case SqlLiteral literal when literal.getValue() == null ->
          new Expression.Literal(null, SqlType.TEXT);
      case SqlLiteral literal when literal.getValue() instanceof Boolean value ->
          new Expression.Literal(value, SqlType.BOOLEAN);
      default -> null;
    };
  }

  private static Expression number(SqlNumericLiteral number, boolean negated) {
    String text = (negated ? "-" : "") + number.bigDecimalValue();
    int bits =
        number.isInteger()
            ? Objects.requireNonNull(number.bigDecimalValue()).toBigInteger().bitLength()
            : Long.SIZE;
    SqlType other =
        number.getTypeName() == SqlTypeName.DECIMAL
            ? Types.ofNumber(new BigDecimal(text))
            : SqlType.DOUBLE;
    SqlType type =
        bits < Integer.SIZE ? SqlType.INTEGER : bits < Long.SIZE ? SqlType.BIGINT : other;
    return new Expression.Literal(LiteralText.parse(text, type), type);
  }

  /** Positions of the columns that a change names, each once; all where it names none. */
  List<Integer> columns(@Nullable Collection<SqlNode> names) {
    if (names == null || names.isEmpty()) {
      return IntStream.range(0, table.columns().size()).boxed().toList();
    }
    List<Integer> positions = new ArrayList<>();
    for (SqlNode column : names) {
      int position = column((SqlIdentifier) column);
      if (positions.contains(position)) {
        throw Messages.at(
            column.getParserPosition(),
            ErrorCode.DUPLICATE_COLUMN,
            "column \"" + table.columns().get(position).name() + "\" is named twice");
      }
      positions.add(position);
    }
    return positions;
  }
}
