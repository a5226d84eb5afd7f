package io.quiver.sql;

import com.google.common.collect.ImmutableSet;
import java.util.EnumMap;
import java.util.Map;
import org.apache.calcite.sql.type.SqlTypeCoercionRule;
import org.apache.calcite.sql.type.SqlTypeName;

/** Calcite's rules of what can be cast to what, with vectors from text and arrays, and to text. */
public final class CastRules {
  /** For the validator's configuration and its type mapping. */
  public static final SqlTypeCoercionRule INSTANCE = SqlTypeCoercionRule.instance(rules());

  private CastRules() {}

  private static Map<SqlTypeName, ImmutableSet<SqlTypeName>> rules() {
    Map<SqlTypeName, ImmutableSet<SqlTypeName>> rules =
        new EnumMap<>(SqlTypeCoercionRule.instance().getTypeMapping());
    rules.put(
        SqlTypeName.OTHER,
        ImmutableSet.of(
            SqlTypeName.OTHER, SqlTypeName.CHAR, SqlTypeName.VARCHAR, SqlTypeName.ARRAY));
    ImmutableSet.Builder<SqlTypeName> toText = ImmutableSet.builder();
    ImmutableSet<SqlTypeName> before = rules.get(SqlTypeName.VARCHAR);
    if (before == null) {
      throw new IllegalStateException("Calcite casts nothing to VARCHAR");
    }
    rules.put(SqlTypeName.VARCHAR, toText.addAll(before).add(SqlTypeName.OTHER).build());
    return rules;
  }
}
