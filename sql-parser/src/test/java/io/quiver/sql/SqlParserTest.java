package io.quiver.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlParserTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "select id, v <-> '[1,2,3]' as d from items where cat = 'a' order by v <=> vector '[1,2,3]' limit 10",
        "select a<-1, a <=> b, (v <#> array[1.0,2.0]) * -1 as x from t order by v <-> '[1,2]'::vector(2) limit 5 offset 2",
        "select vector from vector",
        "select text, string from int4",
        "select a <> b, cast(a as text), b::int8 from t",
        "values (1, 2), (3, 4);",
        "with c as (select 1 as x) select x from c union all select 2",
      })
  void queriesParse(String sql) {
    Statement s = SqlParser.parse(sql);
    assertThat(s).isInstanceOf(Statement.Query.class);
  }
}
