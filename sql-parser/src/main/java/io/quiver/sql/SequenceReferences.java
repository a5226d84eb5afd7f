package io.quiver.sql;

import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.util.SqlBasicVisitor;
import org.jspecify.annotations.Nullable;

/** The sequences that an expression, such as that of a DEFAULT, names. */
public final class SequenceReferences {
  private SequenceReferences() {}

  /** Names as NEXTVAL takes them, where they are literals or stand behind NEXT VALUE FOR. */
  public static Set<String> of(String expressionSql) {
    Set<String> names = new LinkedHashSet<>();
    SqlNode parsed = SqlParser.parseExpression(expressionSql);
    parsed.accept(
        new SqlBasicVisitor<@Nullable Void>() {
          @Override
          public @Nullable Void visit(SqlCall call) {
            String name = name(call);
            if (name != null) {
              names.add(name);
            }
            return super.visit(call);
          }
        });
    return names;
  }

  /** The sequence that a call asks, or null. */
  public static @Nullable String name(SqlCall call) {
    if (call.getKind() == SqlKind.NEXT_VALUE || call.getKind() == SqlKind.CURRENT_VALUE) {
      SqlIdentifier sequence = call.operand(0);
      return String.join(".", sequence.names.stream().map(SqlNames::quoted).toList());
    }
    boolean asks =
        Set.of("nextval", "currval", "setval")
            .contains(call.getOperator().getName().toLowerCase(java.util.Locale.ROOT));
    return asks && call.operandCount() > 0 && call.operand(0) instanceof SqlLiteral literal
        ? literal.getValueAs(String.class)
        : null;
  }
}
