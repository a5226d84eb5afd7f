package io.quiver.planner;

import io.quiver.planner.PlannedStatement.Hoisted;
import io.quiver.planner.translate.Types;
import io.quiver.sql.NormalizedSql;
import io.quiver.sql.NormalizedSql.LiteralToken;
import io.quiver.sql.SourcePositions;
import io.quiver.types.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlCharStringLiteral;
import org.apache.calcite.sql.SqlDynamicParam;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

/**
 * Makes parameters of literals, so that one plan serves all texts that differ in them. A literal is
 * known by where it stands: one that is not found there stays a literal, which is never wrong.
 */
final class Hoisting {
  private final String sql;
  private final @Nullable NormalizedSql normalized;
  private final int parameterCount;
  private final Map<Integer, Integer> tokenAt = new HashMap<>();
  private final List<Hoisted> hoisted = new ArrayList<>();

  private Hoisting(String sql, @Nullable NormalizedSql normalized, int parameterCount) {
    this.sql = sql;
    this.normalized = normalized;
    this.parameterCount = parameterCount;
    if (normalized != null) {
      List<LiteralToken> tokens = normalized.literals();
      for (int i = 0; i < tokens.size(); i++) {
        tokenAt.put(tokens.get(i).offset(), i);
      }
    }
  }

  static Hoisting of(String sql, NormalizedSql normalized) {
    return new Hoisting(sql, normalized, normalized.parameterCount());
  }

  /** Every literal stays, and is listed as fixed. */
  static Hoisting nothingOf(String sql, NormalizedSql normalized) {
    Hoisting hoisting = of(sql, normalized);
    hoisting.tokenAt.clear();
    return hoisting;
  }

  static Hoisting none(int parameterCount) {
    return new Hoisting("", null, parameterCount);
  }

  /** How many {@code ?} there are; hoisted literals come after them. */
  int parameterCount() {
    return parameterCount;
  }

  List<Hoisted> hoisted() {
    return hoisted;
  }

  /** The type of a parameter that was a literal, or null for a {@code ?}. */
  @Nullable SqlType type(SqlDynamicParam parameter) {
    int position = parameter.getIndex() - parameterCount;
    return position < 0 ? null : hoisted.get(position).type();
  }

  /** The parameter for this literal, perhaps with a minus before it; null for anything else. */
  @Nullable SqlDynamicParam hoist(SqlNode node) {
    if (node.getKind() == SqlKind.MINUS_PREFIX) {
      SqlNode operand = ((SqlCall) node).operand(0);
      return operand instanceof SqlNumericLiteral number ? hoist(number, true) : null;
    }
    return node instanceof SqlLiteral literal ? hoist(literal, false) : null;
  }

  private @Nullable SqlDynamicParam hoist(SqlLiteral literal, boolean minusBefore) {
    SqlParserPos place = literal.getParserPosition();
    if (normalized == null || tokenAt.isEmpty() || place.getLineNum() < 1) {
      return null;
    }
    int offset = SourcePositions.offset(sql, place.getLineNum(), place.getColumnNum());
    // The grammar may have taken the minus into the literal.
    boolean minusInside = offset < sql.length() && sql.charAt(offset) == '-';
    Integer position = tokenAt.get(minusInside ? afterMinus(offset) : offset);
    if (position == null || (minusInside && minusBefore)) {
      return null;
    }
    LiteralToken token = normalized.literals().get(position);
    boolean negated = minusBefore || minusInside;
    SqlType type = type(literal, token, minusInside, negated);
    if (type == null) {
      return null;
    }
    hoisted.add(new Hoisted(position, type, negated));
    return new SqlDynamicParam(parameterCount + hoisted.size() - 1, place);
  }

  private int afterMinus(int offset) {
    int at = offset + 1;
    while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  /** The literal's own type, or null where the token says something else. */
  private static @Nullable SqlType type(
      SqlLiteral literal, LiteralToken token, boolean minusInside, boolean negated) {
    if (literal instanceof SqlCharStringLiteral text) {
      boolean same =
          token.kind() == NormalizedSql.Kind.STRING
              && token.value().equals(text.getValueAs(String.class));
      return same ? SqlType.TEXT : null;
    }
    if (!(literal instanceof SqlNumericLiteral number)
        || token.kind() == NormalizedSql.Kind.STRING
        || number.bigDecimalValue() == null) {
      return null;
    }
    BigDecimal value = new BigDecimal(token.value());
    if ((minusInside ? value.negate() : value).compareTo(number.bigDecimalValue()) != 0) {
      return null;
    }
    if (token.kind() == NormalizedSql.Kind.DECIMAL) {
      boolean approximate = token.value().indexOf('e') >= 0 || token.value().indexOf('E') >= 0;
      return approximate ? SqlType.DOUBLE : Types.ofNumber(value);
    }
    int bits = (negated ? value.negate() : value).toBigInteger().bitLength();
    if (bits >= Long.SIZE) {
      return null;
    }
    return bits < Integer.SIZE ? SqlType.INTEGER : SqlType.BIGINT;
  }

  /** Positions of the literals that stay as they are. */
  List<Integer> fixedLiterals() {
    if (normalized == null) {
      return List.of();
    }
    List<Integer> fixed = new ArrayList<>();
    List<Integer> free = hoisted.stream().map(Hoisted::literal).toList();
    boolean[] isFree = new boolean[normalized.literals().size()];
    free.forEach(i -> isFree[i] = true);
    for (int i = 0; i < isFree.length; i++) {
      if (!isFree[i]) {
        fixed.add(i);
      }
    }
    return fixed;
  }
}
