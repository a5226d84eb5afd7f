package io.quiver.types;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what {@link SqlType#sqlName} writes: files and the wire carry types by that name. */
public final class SqlTypeNames {
  private static final String ARRAY = " ARRAY";
  private static final Pattern PARAMETERS =
      Pattern.compile("(VARCHAR|VARBINARY|DECIMAL|VECTOR)\\((\\d{1,10}|\\*)(?:, (\\w+))?\\)");
  private static final Map<String, SqlType> PLAIN = plain();

  private SqlTypeNames() {}

  private static Map<String, SqlType> plain() {
    Map<String, SqlType> types = new HashMap<>();
    for (SqlType.Simple simple : SqlType.Simple.values()) {
      types.put(simple.sqlName(), simple);
    }
    types.put(SqlType.TEXT.sqlName(), SqlType.TEXT);
    types.put(SqlType.VARBINARY.sqlName(), SqlType.VARBINARY);
    types.put("VECTOR", SqlType.vector(SqlType.Vector.ANY_DIMENSION));
    return Map.copyOf(types);
  }

  /** The type of that name, or null when no type has it. */
  public static @Nullable SqlType parse(String sqlName) {
    SqlType known = PLAIN.get(sqlName);
    if (known != null) {
      return known;
    }
    try {
      if (sqlName.endsWith(ARRAY)) {
        SqlType element = parse(sqlName.substring(0, sqlName.length() - ARRAY.length()));
        return element == null ? null : new SqlType.Array(element);
      }
      Matcher matcher = PARAMETERS.matcher(sqlName);
      return matcher.matches() ? parameterised(matcher) : null;
    } catch (QuiverException | IllegalArgumentException e) {
      // A length, precision, dimension or element that no type has.
      return null;
    }
  }

  private static @Nullable SqlType parameterised(Matcher matcher) {
    String second = matcher.group(3);
    int first = matcher.group(2).equals("*") ? 0 : Integer.parseInt(matcher.group(2));
    return switch (matcher.group(1)) {
      case "VARCHAR" -> second == null ? new SqlType.Varchar(first) : null;
      case "VARBINARY" -> second == null ? new SqlType.Varbinary(first) : null;
      case "DECIMAL" ->
          second == null ? null : new SqlType.Decimal(first, Integer.parseInt(second));
      default ->
          new SqlType.Vector(
              first, second == null ? SqlType.Element.FLOAT32 : SqlType.Element.valueOf(second));
    };
  }
}
