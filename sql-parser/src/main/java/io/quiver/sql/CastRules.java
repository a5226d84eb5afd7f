package io.quiver.sql;

import com.google.common.collect.ImmutableSet;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.calcite.sql.type.SqlTypeCoercionRule;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * Calcite's rules of what can be cast to what; what Quiver decides about (vectors and the others
 * that are OTHER to Calcite) passes here and is judged when the cast is translated.
 */
public final class CastRules {
  /** For the validator's configuration and its type mapping. */
  public static final SqlTypeCoercionRule INSTANCE = SqlTypeCoercionRule.instance(rules());

  private CastRules() {}

  private static Map<SqlTypeName, ImmutableSet<SqlTypeName>> rules() {
    Map<SqlTypeName, ImmutableSet<SqlTypeName>> rules =
        new EnumMap<>(SqlTypeCoercionRule.instance().getTypeMapping());
    Set<SqlTypeName> known =
        EnumSet.of(
            SqlTypeName.OTHER,
            SqlTypeName.CHAR,
            SqlTypeName.VARCHAR,
            SqlTypeName.BOOLEAN,
            SqlTypeName.TINYINT,
            SqlTypeName.SMALLINT,
            SqlTypeName.INTEGER,
            SqlTypeName.BIGINT,
            SqlTypeName.DECIMAL,
            SqlTypeName.REAL,
            SqlTypeName.FLOAT,
            SqlTypeName.DOUBLE,
            SqlTypeName.DATE,
            SqlTypeName.TIME,
            SqlTypeName.TIMESTAMP);
    for (SqlTypeName to : known) {
      ImmutableSet<SqlTypeName> before = rules.get(to);
      rules.put(
          to,
          ImmutableSet.<SqlTypeName>builder()
              .addAll(before == null ? ImmutableSet.of() : before)
              .add(SqlTypeName.OTHER)
              .build());
    }
    rules.put(
        SqlTypeName.OTHER,
        ImmutableSet.<SqlTypeName>builder().addAll(known).add(SqlTypeName.ARRAY).build());
    return rules;
  }
}
