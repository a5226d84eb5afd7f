package io.quiver.planner;

import io.quiver.executor.expression.UserFunction;
import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.rule.TableSizes;
import io.quiver.sql.SqlNormalizer;
import io.quiver.sql.SqlParser;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnDefinition.Identity;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two tables, a plugin's function, and a planner that knows them. */
final class TestCatalog {
  static final Catalog CATALOG =
      new Catalog(
          1,
          List.of(
              new TableDefinition(
                  new TableId(1),
                  "public",
                  "items",
                  List.of(
                      column(0, "id", SqlType.BIGINT, null, Identity.BY_DEFAULT),
                      column(1, "name", new SqlType.Varchar(20), null, Identity.NONE),
                      column(2, "price", SqlType.DOUBLE, null, Identity.NONE),
                      column(3, "qty", SqlType.INTEGER, null, Identity.NONE),
                      column(4, "v", SqlType.vector(3), null, Identity.NONE),
                      column(5, "d", SqlType.DATE, null, Identity.NONE),
                      column(6, "lang", new SqlType.Varchar(8), "'en'", Identity.NONE)),
                  List.of(new ColumnId(0))),
              new TableDefinition(
                  new TableId(2),
                  "public",
                  "orders",
                  List.of(
                      column(0, "num", SqlType.INTEGER, null, Identity.ALWAYS),
                      column(1, "item", SqlType.BIGINT, null, Identity.NONE),
                      column(2, "n", SqlType.INTEGER, null, Identity.NONE)),
                  List.of())));

  private static final UserFunction EMBED =
      new UserFunction("embed", List.of(SqlType.TEXT), SqlType.vector(3), true, x -> new float[3]);
  private static final SystemTable TABLES =
      new SystemTable(
          "information_schema", "tables", Schema.of(new Field("table_name", SqlType.TEXT, false)));

  static final Planner PLANNER = new Planner("test", List.of(EMBED), List.of(TABLES));

  private TestCatalog() {}

  private static ColumnDefinition column(
      int id, String name, SqlType type, @Nullable String defaultSql, Identity identity) {
    return new ColumnDefinition(new ColumnId(id), name, type, id != 0, defaultSql, identity);
  }

  static PlannedStatement plan(String sql) {
    return PLANNER.plan(
        SqlParser.parse(sql),
        CATALOG,
        TableSizes.UNKNOWN,
        Planner.SEARCH_PATH,
        sql,
        SqlNormalizer.normalize(sql));
  }

  static PlannedStatement planUnhoisted(String sql) {
    return PLANNER.plan(SqlParser.parse(sql), CATALOG, Planner.SEARCH_PATH);
  }

  static String text(String sql) {
    return PlanText.of(plan(sql).plan());
  }
}
