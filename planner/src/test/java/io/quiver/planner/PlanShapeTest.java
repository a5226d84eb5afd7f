package io.quiver.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.types.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which plan a statement gets; {@link PlanText} says how to read one. */
final class PlanShapeTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ORDER BY v <-> '[1,2,3]' LIMIT 5 | project(#0; search(l2 4 ?0:VECTOR(3) limit ?1:BIGINT; 1: 0))
          ORDER BY v <=> ? LIMIT ? OFFSET ? | project(#0; search(cosine 4 ?0:VECTOR(3) limit ?1:BIGINT offset ?2:BIGINT; 1: 0))
          ORDER BY '[1,2,3]' <+> v LIMIT 5 | project(#0; search(l1 4 ?0:VECTOR(3) limit ?1:BIGINT; 1: 0))
          ORDER BY negative_inner_product(v, ?) LIMIT 5 | project(#0; search(negative_inner_product 4 ?0:VECTOR(3) limit ?1:BIGINT; 1: 0))
          ORDER BY v <-> embed('x') LIMIT 5 | project(#0; search(l2 4 embed(?0:VARCHAR) limit ?1:BIGINT; 1: 0))
          WHERE qty > 2 ORDER BY v <-> ? LIMIT 5 | project(#0; search(l2 4 ?0:VECTOR(3) limit ?2:BIGINT; 1: 0 3 where greater(#1, ?1:INTEGER)))
          """)
  void ascendingDistanceWithALimitIsOneSearch(String clause, String plan) {
    assertThat(TestCatalog.text("SELECT id FROM items " + clause)).isEqualTo(plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          1 - (v <=> ?) DESC | cosine
          cosine_similarity(v, ?) DESC | cosine
          inner_product(v, ?) DESC | negative_inner_product
          -1 * (v <#> ?) DESC | negative_inner_product
          -inner_product(v, ?) | negative_inner_product
          (v <-> ?) / 2 + 1 | l2
          10 - 2 * (v <+> ?) DESC | l1
          """)
  void whatRisesOrFallsWithADistanceIsASearch(String order, String metric) {
    assertThat(TestCatalog.text("SELECT id FROM items ORDER BY " + order + " LIMIT 5"))
        .contains("search(" + metric + " ")
        .doesNotContain("topk(");
  }

  @ParameterizedTest
  @CsvSource({
    "1 - (v <=> ?)",
    "'cosine_similarity(v, ?)'",
    "0 * (v <-> ?)",
    "(v <-> ?) * qty",
    "-2 * (v <-> ?)"
  })
  void whatGoesTheOtherWayIsNone(String order) {
    assertThat(TestCatalog.text("SELECT id FROM items ORDER BY " + order + " LIMIT 5"))
        .contains("topk(")
        .doesNotContain("search(");
  }

  @ParameterizedTest
  @CsvSource({"v <-> ? DESC", "v <-> ? NULLS FIRST", "'v <-> ?, id'", "'inner_product(v, ?)'"})
  void everyOtherOrderStaysATopK(String order) {
    assertThat(TestCatalog.text("SELECT id FROM items ORDER BY " + order + " LIMIT 5"))
        .contains("topk(")
        .doesNotContain("search(");
  }

  @ParameterizedTest
  @CsvSource({"d", "2", "v <=> ?"})
  void theSelectListsDistanceIsTheSearchs(String order) {
    String sql = "SELECT id, v <=> ? AS d FROM items ORDER BY " + order + " LIMIT 5";
    String plan = TestCatalog.text(sql);
    assertThat(plan).contains("search(cosine 4 ");
    if (!order.contains("?")) {
      assertThat(plan).doesNotContain("cosine_distance");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          SELECT name FROM items WHERE price < 10 | project(#0; scan(1: 1 2 where less(#1, ?0:DOUBLE)))
          SELECT count(*) FROM items | aggregate([] count[]; scan(1: 0))
          SELECT sum(qty), avg(qty) FROM items | aggregate([] sum[0] avg[1]; project(cast(#0 as BIGINT), cast(#0 as DOUBLE); scan(1: 3)))
          SELECT lang, count(*) FROM items GROUP BY lang ORDER BY 2 DESC | sort(1 desc; aggregate([0] count[]; scan(1: 6)))
          SELECT i.name FROM items i JOIN orders o ON i.id = o.item WHERE o.n > 3 | project(#1; hash-inner[0][0](scan(1: 0 1), scan(2: 1 2 where greater(#1, ?0:INTEGER))))
          SELECT 1 FROM items i LEFT JOIN orders o ON i.qty < o.n | project(1; loop-left(scan(1: 3), scan(2: 2) on less(#0, #1)))
          SELECT name FROM items UNION SELECT lang FROM items | aggregate([0]; union(scan(1: 1), scan(1: 6)))
          SELECT id FROM items WHERE id IN (1,2,3,4,5,6,7,8,9) | lookup(1: 0 keys 1; 2; 3; 4; 5; 6; 7; 8; 9)
          SELECT name FROM items WHERE id IN (SELECT item FROM orders) | project(#1; hash-semi[0][0](scan(1: 0 1), scan(2: 1)))
          SELECT name FROM items WHERE id NOT IN (SELECT item FROM orders) | project(#1; hash-anti[0][0](scan(1: 0 1), scan(2: 1)))
          SELECT id, qty IN (SELECT n FROM orders) FROM items | project(#0, #2; hash-mark[1][0](scan(1: 0 3), scan(2: 2)))
          SELECT id FROM items WHERE EXISTS (SELECT 1 FROM orders WHERE item = id AND n > qty) | project(#0; hash-semi[0][0](scan(1: 0 3), scan(2: 1 2) and is_true(greater(#3, #1))))
          SELECT id FROM items WHERE EXISTS (SELECT 1 FROM orders) | loop-semi(scan(1: 0), limit(1; project(0; scan(2: 0))))
          SELECT id, (SELECT max(n) FROM orders WHERE item = id) FROM items | project(#0, #2; hash-left[0][0](scan(1: 0), aggregate([0] max[1]; scan(2: 1 2))))
          SELECT id, (SELECT n FROM orders WHERE item = id LIMIT 1) FROM items | correlated-left[0](scan(1: 0), aggregate([] single_value[0]; limit(?0:BIGINT; project(#1; scan(2: 1 2 where equal(#0, outer#0))))))
          SELECT o.num, i.id FROM orders o, LATERAL (SELECT id FROM items WHERE id = o.item LIMIT 2) i | project(#0, #2; correlated-inner[1](scan(2: 0 1), limit(?0:BIGINT; lookup(1: 0 keys outer#0))))
          SELECT id FROM items LIMIT 3 | limit(?0:BIGINT; scan(1: 0))
          SELECT qty / 2, qty + id FROM items | project(divide(#1, 2), add(cast(#1 as BIGINT), #0); scan(1: 0 3))
          SELECT table_name FROM information_schema.tables | system(tables)
          SELECT id FROM public.items | scan(1: 0)
          SELECT items.id FROM test.public.items | scan(1: 0)
          SELECT test.public.items.id FROM test.public.items | scan(1: 0)
          SELECT table_name FROM test.information_schema.tables | system(tables)
          VALUES (1, 'a'), (2, 'bcd') | values(1, 'a'; 2, 'bcd')
          """)
  void queriesReadNoMoreThanTheyNeed(String sql, String plan) {
    assertThat(TestCatalog.text(sql)).isEqualTo(plan);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          INSERT INTO items (name, v) VALUES ('a', '[1,2,3]'), (?, ?) | insert(0; values(null, ?2:VARCHAR, null, null, ?3:VECTOR(3), null, 'en'; null, ?0:VARCHAR(20), null, null, ?1:VECTOR(3), null, 'en'))
          INSERT INTO items (price) VALUES (-2), (DEFAULT) | insert(0; values(null, null, ?0:DOUBLE, null, null, null, 'en'; null, null, null, null, null, null, 'en'))
          INSERT INTO orders (n) SELECT qty FROM items | insert(0; project(null, null, #0; scan(1: 3)))
          UPDATE items SET qty = qty + 1, lang = 'de' WHERE id = 7 | update(project(#0, #1, #2, #3, add(#4, 1), #5, #6, ?0:VARCHAR; lookup(1: -1 0 1 2 3 4 5 keys ?1:BIGINT)))
          DELETE FROM items WHERE name = 'x' | delete(project(#0; scan(1: -1 1 where equal(#1, ?0:VARCHAR))))
          """)
  void changesCarryWholeRows(String sql, String plan) {
    assertThat(TestCatalog.text(sql)).isEqualTo(plan);
  }

  @Test
  void columnsAreNamedAsInPostgres() {
    String sql =
        "SELECT id, qty AS q, count(*), max(price) + 1, upper(name), i.* FROM items i "
            + "GROUP BY id, name, price, qty, v, d, lang";
    assertThat(TestCatalog.plan(sql).result().fields())
        .extracting(Field::name)
        .startsWith("id", "q", "count", "?column?", "upper");
  }

  @Test
  void aThousandOrsAreNotTooDeep() {
    StringBuilder sql = new StringBuilder("SELECT id FROM items WHERE qty = 0");
    for (int i = 1; i < 1_000; i++) {
      sql.append(" OR qty + ").append(i).append(" = id");
    }
    assertThat(TestCatalog.text(sql.toString())).startsWith("project(#0; scan(1: 0 3 where or(");
  }
}
