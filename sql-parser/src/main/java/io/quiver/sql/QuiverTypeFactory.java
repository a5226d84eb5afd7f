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

/** Calcite's types plus vectors; text is UTF-8. */
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

  @Override
  public RelDataType createTypeWithNullability(RelDataType type, boolean nullable) {
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
    if (types.stream().noneMatch(VectorSqlType.class::isInstance)) {
      return super.leastRestrictive(types, rule);
    }
    SqlType.@Nullable Vector common = null;
    boolean nullable = false;
    for (RelDataType type : types) {
      nullable |= type.isNullable();
      if (type instanceof VectorSqlType vector) {
        common = common == null ? vector.vector() : common(common, vector.vector());
      } else if (type.getSqlTypeName() != SqlTypeName.NULL) {
        return null;
      }
    }
    return common == null ? null : createVectorType(common, nullable);
  }

  @Override
  public Type getJavaClass(RelDataType type) {
    return type instanceof VectorSqlType ? float[].class : super.getJavaClass(type);
  }

  private static SqlType.Vector common(SqlType.Vector a, SqlType.Vector b) {
    return a.equals(b) ? a : new SqlType.Vector(SqlType.Vector.ANY_DIMENSION, a.element());
  }
}
