package io.quiver.sql;

import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;
import org.jspecify.annotations.Nullable;

/** VECTOR, VECTOR(3), VECTOR(3, FLOAT32), HALFVEC(3) or BIT(3) in a cast. */
public final class SqlVectorTypeNameSpec extends SqlTypeNameSpec {
  private final SqlType.Vector vector;

  /** The given vector. */
  public SqlVectorTypeNameSpec(SqlType.Vector vector, SqlParserPos position) {
    super(new SqlIdentifier("VECTOR", position), position);
    this.vector = vector;
  }

  /** VECTOR, whose dimension is the value's. */
  public static SqlVectorTypeNameSpec anyDimension(SqlParserPos position) {
    return anyDimension("float32", position);
  }

  /** A vector of this element, whose dimension is the value's. */
  public static SqlVectorTypeNameSpec anyDimension(String element, SqlParserPos position) {
    return new SqlVectorTypeNameSpec(
        new SqlType.Vector(
            SqlType.Vector.ANY_DIMENSION,
            TypeNames.element(element, SourcePositions.describe(position))),
        position);
  }

  /** A vector of this dimension and element. */
  public static SqlVectorTypeNameSpec of(int dimension, String element, SqlParserPos position) {
    return new SqlVectorTypeNameSpec(
        TypeNames.vector(dimension, element, SourcePositions.describe(position)), position);
  }

  /**
   * VECTOR with its dimension, and perhaps its element type.
   *
   * @throws io.quiver.types.QuiverException 22000 for a dimension out of range, 42704 for an
   *     unknown element
   */
  public static SqlVectorTypeNameSpec of(
      int dimension, @Nullable SqlIdentifier element, SqlParserPos position) {
    return of(dimension, element == null ? "float32" : element.getSimple(), position);
  }

  /** The type that was named. */
  public SqlType.Vector vector() {
    return vector;
  }

  @Override
  public RelDataType deriveType(SqlValidator validator) {
    return ((QuiverTypeFactory) validator.getTypeFactory()).createVectorType(vector, true);
  }

  @Override
  public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
    writer.keyword(vector.sqlName());
  }

  @Override
  public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
    if (other instanceof SqlVectorTypeNameSpec that && vector.equals(that.vector)) {
      return litmus.succeed();
    }
    return litmus.fail("{} != {}", this, other);
  }
}
