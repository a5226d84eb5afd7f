package io.quiver.sql;

import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeComparability;
import org.apache.calcite.rel.type.RelDataTypeFamily;
import org.apache.calcite.sql.type.AbstractSqlType;
import org.apache.calcite.sql.type.BasicSqlType;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * VECTOR(n) as Calcite sees it. A type of its own: as a kind of ARRAY, GROUP BY and DISTINCT would
 * compare vectors wrongly.
 */
public final class VectorSqlType extends AbstractSqlType {
  private static final long serialVersionUID = 1L;
  private static final RelDataTypeFamily FAMILY = new RelDataTypeFamily() {};

  private final int dimension;
  private final SqlType.Element element;

  VectorSqlType(SqlType.Vector vector, boolean nullable) {
    super(SqlTypeName.OTHER, nullable, null);
    this.dimension = vector.dimension();
    this.element = vector.element();
    computeDigest();
  }

  /** The same type in Quiver's words. */
  public SqlType.Vector vector() {
    return new SqlType.Vector(dimension, element);
  }

  /** As {@link SqlType.Vector#dimension()}: 0 where it is only known when the statement runs. */
  public int dimension() {
    return dimension;
  }

  /** How one dimension is stored. */
  public SqlType.Element element() {
    return element;
  }

  @Override
  protected void generateTypeString(StringBuilder text, boolean withDetail) {
    text.append(vector().sqlName());
  }

  /** Calcite asks for it where an array is cast to this type. */
  @Override
  public RelDataType getComponentType() {
    return new BasicSqlType(QuiverTypeSystem.INSTANCE, SqlTypeName.REAL);
  }

  /** One for all vectors: else a nullable one could not be compared with one that is not. */
  @Override
  public RelDataTypeFamily getFamily() {
    return FAMILY;
  }

  @Override
  public RelDataTypeComparability getComparability() {
    return RelDataTypeComparability.ALL;
  }
}
