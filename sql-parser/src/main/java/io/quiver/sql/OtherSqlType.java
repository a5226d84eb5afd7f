package io.quiver.sql;

import io.quiver.types.SqlType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeComparability;
import org.apache.calcite.rel.type.RelDataTypeFamily;
import org.apache.calcite.sql.type.AbstractSqlType;
import org.apache.calcite.sql.type.BasicSqlType;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * A type as Calcite sees it that Quiver decides all about: instants, UUIDs, JSON, bytes and arrays.
 * It meets only its own kind, and everything else through a cast.
 */
public final class OtherSqlType extends AbstractSqlType {
  private static final long serialVersionUID = 1L;

  /**
   * One for all types of a kind: else a nullable one could not be compared with one that is not.
   */
  private static final Map<String, RelDataTypeFamily> FAMILIES = new ConcurrentHashMap<>();

  private record Family(String kind) implements RelDataTypeFamily {
    @Override
    public String toString() {
      return kind;
    }
  }

  private final transient SqlType type;

  OtherSqlType(SqlType type, boolean nullable) {
    super(SqlTypeName.OTHER, nullable, null);
    this.type = type;
    computeDigest();
  }

  /** Whether Quiver keeps this type from Calcite. */
  public static boolean isOther(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple ->
          switch (simple) {
            case TIMESTAMP_TZ, UUID, JSON -> true;
            case BOOLEAN, TINYINT, SMALLINT, INTEGER, BIGINT, REAL, DOUBLE, DATE, TIME, TIMESTAMP ->
                false;
          };
      case SqlType.Varbinary _, SqlType.Array _ -> true;
      case SqlType.Decimal _, SqlType.Varchar _, SqlType.Vector _ -> false;
    };
  }

  /** The same type in Quiver's words. */
  public SqlType type() {
    return type;
  }

  @Override
  protected void generateTypeString(StringBuilder text, boolean withDetail) {
    // Calcite's own arrays have the same name, and types of one digest are one type.
    boolean array = type instanceof SqlType.Array && withDetail;
    text.append(array ? "quiver " : "").append(type.sqlName());
  }

  /** Calcite asks for it where an array is cast to this type. */
  @Override
  public RelDataType getComponentType() {
    return new BasicSqlType(QuiverTypeSystem.INSTANCE, SqlTypeName.VARCHAR);
  }

  @Override
  public RelDataTypeFamily getFamily() {
    String kind =
        switch (type) {
          case SqlType.Varbinary _ -> "VARBINARY";
          case SqlType.Array _ -> "ARRAY";
          default -> type.sqlName();
        };
    return FAMILIES.computeIfAbsent(kind, Family::new);
  }

  @Override
  public RelDataTypeComparability getComparability() {
    return RelDataTypeComparability.ALL;
  }
}
