package io.quiver.sql;

import io.quiver.types.SqlType;
import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Calcite's types plus vectors and those that Quiver decides about; text is UTF-8. */
public final class QuiverTypeFactory extends JavaTypeFactoryImpl {
  public QuiverTypeFactory() {
    super(QuiverTypeSystem.INSTANCE);
  }

  @Override
  public Charset getDefaultCharset() {
    return StandardCharsets.UTF_8;
  }

  /** A vector type; the same object for the same arguments. */
  public RelDataType createVectorType(SqlType.Vector vector, boolean nullable) {
    return canonize(new VectorSqlType(vector, nullable));
  }

  /** A type that Quiver decides about; the same object for the same arguments. */
  public RelDataType createOtherType(SqlType type, boolean nullable) {
    return canonize(new OtherSqlType(type, nullable));
  }

  /** Any type as Calcite names it. */
  public RelDataType createType(SqlType type, boolean nullable) {
    RelDataType bare =
        switch (type) {
          case SqlType.Simple simple ->
              OtherSqlType.isOther(simple)
                  ? createOtherType(simple, nullable)
                  : createSqlType(simpleName(simple));
          case SqlType.Varchar varchar ->
              varchar.maxLength() == SqlType.Varchar.UNBOUNDED
                  ? createSqlType(SqlTypeName.VARCHAR)
                  : createSqlType(SqlTypeName.VARCHAR, varchar.maxLength());
          case SqlType.Vector vector -> createVectorType(vector, nullable);
          case SqlType.Decimal decimal ->
              createSqlType(SqlTypeName.DECIMAL, decimal.precision(), decimal.scale());
          case SqlType.Varbinary _, SqlType.Array _ -> createOtherType(type, nullable);
        };
    return createTypeWithNullability(bare, nullable);
  }

  private static SqlTypeName simpleName(SqlType.Simple simple) {
    return switch (simple) {
      case BOOLEAN -> SqlTypeName.BOOLEAN;
      case TINYINT -> SqlTypeName.TINYINT;
      case SMALLINT -> SqlTypeName.SMALLINT;
      case INTEGER -> SqlTypeName.INTEGER;
      case BIGINT -> SqlTypeName.BIGINT;
      case REAL -> SqlTypeName.REAL;
      case DOUBLE -> SqlTypeName.DOUBLE;
      case DATE -> SqlTypeName.DATE;
      case TIME -> SqlTypeName.TIME;
      case TIMESTAMP -> SqlTypeName.TIMESTAMP;
      case TIMESTAMP_TZ, UUID, JSON ->
          throw new IllegalStateException(simple + " has no name in Calcite");
    };
  }

  @Override
  public RelDataType createTypeWithNullability(RelDataType type, boolean nullable) {
    if (type instanceof OtherSqlType other) {
      return type.isNullable() == nullable ? type : createOtherType(other.type(), nullable);
    }
    if (type instanceof VectorSqlType vector) {
      return type.isNullable() == nullable ? type : createVectorType(vector.vector(), nullable);
    }
    return super.createTypeWithNullability(type, nullable);
  }

  /**
   * Vectors meet only vectors and NULL; of different dimensions, the result's dimension is known
   * only when the statement runs.
   */
  @Override
  public @Nullable RelDataType leastRestrictive(List<RelDataType> types, SqlTypeMappingRule rule) {
    if (types.stream().anyMatch(OtherSqlType.class::isInstance)) {
      return commonOther(types);
    }
    if (types.stream().noneMatch(VectorSqlType.class::isInstance)) {
      return super.leastRestrictive(types, rule);
    }
    SqlType.@Nullable Vector common = null;
    boolean nullable = false;
    for (RelDataType type : types) {
      nullable |= type.isNullable();
      if (type instanceof VectorSqlType vector) {
        common = common == null ? vector.vector() : common(common, vector.vector());
        if (common == null) {
          return null;
        }
      } else if (type.getSqlTypeName() != SqlTypeName.NULL) {
        return null;
      }
    }
    return common == null ? null : createVectorType(common, nullable);
  }

  /** The one kind among them, with which text, dates and NULL meet. */
  private @Nullable RelDataType commonOther(List<RelDataType> types) {
    @Nullable OtherSqlType common = null;
    boolean nullable = false;
    for (RelDataType type : types) {
      nullable |= type.isNullable();
      if (type instanceof OtherSqlType other) {
        if (common != null && !common.getFamily().equals(other.getFamily())) {
          return null;
        }
        common = other;
      } else {
        switch (type.getSqlTypeName()) {
          case NULL, CHAR, VARCHAR, DATE, TIMESTAMP -> {}
          default -> {
            return null;
          }
        }
      }
    }
    return common == null ? null : createOtherType(common.type(), nullable);
  }

  @Override
  public Type getJavaClass(RelDataType type) {
    if (type instanceof OtherSqlType) {
      return Object.class;
    }
    return type instanceof VectorSqlType ? float[].class : super.getJavaClass(type);
  }

  /** Elements that are numbers meet as FLOAT32; bits meet bits alone. */
  private static SqlType.@Nullable Vector common(SqlType.Vector a, SqlType.Vector b) {
    boolean bits = a.element() == SqlType.Element.BINARY;
    if (bits != (b.element() == SqlType.Element.BINARY)) {
      return null;
    }
    return new SqlType.Vector(
        a.dimension() == b.dimension() ? a.dimension() : SqlType.Vector.ANY_DIMENSION,
        a.element() == b.element() ? a.element() : SqlType.Element.FLOAT32);
  }
}
