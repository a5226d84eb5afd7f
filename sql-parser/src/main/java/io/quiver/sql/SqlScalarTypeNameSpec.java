package io.quiver.sql;

import io.quiver.types.SqlType;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.util.Litmus;

/** The name of a type that is not a vector, in Quiver's own words, in a cast. */
public final class SqlScalarTypeNameSpec extends SqlTypeNameSpec {
  private final SqlType type;

  public SqlScalarTypeNameSpec(SqlType type, SqlParserPos position) {
    super(new SqlIdentifier(type.sqlName(), position), position);
    this.type = type;
  }

  /** A type's name in Quiver's words, where Calcite's own would give it another meaning. */
  public static SqlDataTypeSpec ours(SqlDataTypeSpec spec) {
    SqlParserPos position = spec.getParserPosition();
    SqlType type = TypeNames.of(spec.getTypeNameSpec(), position);
    boolean other = OtherSqlType.isOther(type) || type instanceof SqlType.Decimal;
    return other || isFixed(spec)
        ? new SqlDataTypeSpec(new SqlScalarTypeNameSpec(type, position), position)
        : spec;
  }

  // CHAR(n) would pad.
  private static boolean isFixed(SqlDataTypeSpec spec) {
    return spec.getTypeNameSpec() instanceof SqlBasicTypeNameSpec name
        && SqlTypeName.get(name.getTypeName().getSimple()) == SqlTypeName.CHAR;
  }

  /** The type that was named. */
  public SqlType type() {
    return type;
  }

  @Override
  public RelDataType deriveType(SqlValidator validator) {
    return ((QuiverTypeFactory) validator.getTypeFactory()).createType(type, true);
  }

  @Override
  public void unparse(SqlWriter writer, int leftPrecedence, int rightPrecedence) {
    writer.keyword(type.sqlName());
  }

  @Override
  public boolean equalsDeep(SqlTypeNameSpec other, Litmus litmus) {
    if (other instanceof SqlScalarTypeNameSpec that && type.equals(that.type)) {
      return litmus.succeed();
    }
    return litmus.fail("{} != {}", this, other);
  }
}
