package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.Properties;
import org.apache.calcite.config.CalciteConnectionConfigImpl;
import org.apache.calcite.jdbc.CalciteSchema;
import org.apache.calcite.prepare.CalciteCatalogReader;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.schema.impl.AbstractTable;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlStdOperatorTable;
import org.apache.calcite.sql.type.SqlTypeMappingRule;
import org.apache.calcite.sql.type.SqlTypeName;
import org.apache.calcite.sql.util.SqlOperatorTables;
import org.apache.calcite.sql.validate.SqlValidator;
import org.apache.calcite.sql.validate.SqlValidatorImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VectorOperatorsTest {
  private static final QuiverTypeFactory TYPES = new QuiverTypeFactory();

  private static final class Items extends AbstractTable {
    @Override
    public RelDataType getRowType(RelDataTypeFactory types) {
      return types
          .builder()
          .add("id", SqlTypeName.BIGINT)
          .add("name", SqlTypeName.VARCHAR)
          .add("v", TYPES.createVectorType(SqlType.vector(3), true))
          .add("w", TYPES.createVectorType(SqlType.vector(4), true))
          .build();
    }
  }

  private static final class Validator extends SqlValidatorImpl {
    Validator(CalciteCatalogReader catalog) {
      super(
          SqlOperatorTables.chain(VectorOperators.INSTANCE, SqlStdOperatorTable.instance()),
          catalog,
          TYPES,
          Config.DEFAULT
              .withConformance(SqlParser.CONFORMANCE)
              .withTypeCoercionRules(CastRules.INSTANCE));
    }

    @Override
    public SqlTypeMappingRule getTypeMappingRule() {
      return CastRules.INSTANCE;
    }
  }

  private static SqlValidator validator() {
    CalciteSchema root = CalciteSchema.createRootSchema(false, false);
    root.add("items", new Items());
    return new Validator(
        new CalciteCatalogReader(
            root, List.of(), TYPES, new CalciteConnectionConfigImpl(new Properties())));
  }

  private static SqlNode tree(String sql) {
    return ((Statement.Query) SqlParser.parse(sql)).node();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '@',
      value = {
        "a + b <-> c * d < e | `a` + `b` <-> `c` * `d` < `e`",
        "(a <-> b) + c | (`a` <-> `b`) + `c`",
        "a <=> b <-> c | `a` <=> `b` <-> `c`",
        "a <#> '[1]'::vector(1) = 1 | `a` <#> ('[1]' :: VECTOR(1)) = 1",
        "a < -b and c <+> d > 1 | `a` < - `b` AND `c` <+> `d` > 1",
      })
  void operatorsBindAsInPostgres(String sql, String wanted) {
    assertThat(SqlParser.parseExpression(sql).toString().replace('\n', ' ')).isEqualTo(wanted);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "select v <-> '[1,2,3]' from items",
        "select id from items order by v <-> ? limit 3",
        "select id from items order by ? <=> v",
        "select id, v <#> ? as d from items order by d",
        "select v <-> vector '[1,2,3]', v <-> '[1,2,3]'::vector(3) from items",
        "select L2_DISTANCE(v, ?), cosine_similarity(?, v), vec_distance_cosine(v, v) from items",
        "select vector_distance(v, ?, COSINE), vector_distance(v, ?) from items",
        "select vector_norm(v), vector_norm('[1]'), vector_norm(?) from items",
        "select l2_distance('[1,2]', '[2,3]')",
        "select v <-> l2_normalize(v) from items",
      })
  void distancesAreDoublesAndParametersVectors(String sql) {
    SqlValidator validator = validator();
    SqlNode node = validator.validate(tree(sql));
    RelDataType row = validator.getValidatedNodeType(node);
    assertThat(row.getFieldList())
        .allMatch(field ->
            field.getName().equals("id") || field.getType().getSqlTypeName() == SqlTypeName.DOUBLE);
    assertThat(validator.getParameterRowType(node).getFieldList())
        .allMatch(field -> field.getType() instanceof VectorSqlType);
  }

  @Test
  void aParameterTakesTheDimensionOfTheColumn() {
    SqlValidator validator = validator();
    SqlNode node = validator.validate(tree("select id from items order by w <-> ?"));
    assertThat(validator.getParameterRowType(node).getFieldList().getFirst().getType())
        .isEqualTo(TYPES.createVectorType(SqlType.vector(4), true));
  }

  @Test
  void toVectorGivesAVector() {
    SqlValidator validator = validator();
    SqlNode node =
        validator.validate(tree("select to_vector('[1]'), VEC_FromText(name) from items"));
    assertThat(validator.getValidatedNodeType(node).getFieldList())
        .allMatch(field -> field.getType() instanceof VectorSqlType);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "select v <-> w from items | 22000",
        "select vector_distance(v, v, angle) from items | 22023",
        "select vector_distance(v) from items | 42883",
      })
  void whatCannotBeComparedIsRefused(String sql, String state) {
    QuiverException error =
        catchThrowableOfType(QuiverException.class, () -> validator().validate(tree(sql)));
    assertThat(error.sqlState()).isEqualTo(state);
    assertThat(error).hasMessageStartingWith("line 1, column 8: ");
  }

  @Test
  void everyOperatorHasAMeaning() {
    assertThat(VectorOperators.INSTANCE.getOperatorList())
        .filteredOn(operator ->
            !operator.equals(VectorOperators.VECTOR_DISTANCE)
                && !operator.equals(VectorOperators.INFIX_CAST)
                && !(operator instanceof VectorAggregate))
        .allMatch(operator -> VectorOperators.function(operator) != null);
    assertThat(VectorOperators.function(SqlStdOperatorTable.PLUS)).isNull();
  }
}
