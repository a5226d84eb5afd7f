package io.quiver.storage.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OrphanCheckTest {
  private static final ColumnId KEY = new ColumnId(0);
  private static final TableDefinition PARENT = table(1, "parent", List.of(KEY));
  private static final Constraint.ForeignKey FOREIGN_KEY =
      new Constraint.ForeignKey(
          "fk",
          List.of(KEY),
          PARENT.id(),
          List.of(KEY),
          Constraint.Action.NO_ACTION,
          Constraint.Action.NO_ACTION);
  private static final TableDefinition CHILD = table(2, "child", List.of()).plus(FOREIGN_KEY);

  private static TableDefinition table(long id, String name, List<ColumnId> key) {
    ColumnDefinition column =
        new ColumnDefinition(
            KEY, "k", SqlType.BIGINT, key.isEmpty(), null, ColumnDefinition.Identity.NONE);
    return new TableDefinition(new TableId(id), "public", name, List.of(column), key);
  }

  private static TableState rows(TableDefinition table, @Nullable Long... keys) {
    ColumnBuilder builder = new ColumnBuilder(SqlType.BIGINT, keys.length);
    for (Long key : keys) {
      builder.append(key);
    }
    return TableState.empty(table, 1).append(new Batch(List.of(builder.build()), keys.length));
  }

  @Test
  void aRowWithoutItsParentIsTold() {
    TableState parents = rows(PARENT, 1L, 2L, 3L);
    TableState children = rows(CHILD, 1L, null, 3L, 3L);
    assertThat(OrphanCheck.orphan(children, FOREIGN_KEY, parents)).isNull();
    assertThat(OrphanCheck.orphan(children, FOREIGN_KEY, parents.delete(new long[] {3})))
        .contains("\"parent\" has no row with (k) = (3)");
    assertThat(
            OrphanCheck.orphan(
                children.delete(new long[] {3, 4}), FOREIGN_KEY, parents.delete(new long[] {3})))
        .isNull();
  }
}
