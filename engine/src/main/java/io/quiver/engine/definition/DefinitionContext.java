package io.quiver.engine.definition;

import io.quiver.executor.operator.ExecutionContext;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.SqlType;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a definition works with.
 *
 * @param names as they are when the statement begins
 * @param execution whose transaction is changed
 * @param parameters the values that were given, bound to these types
 */
public record DefinitionContext(
    Names names,
    Planner planner,
    ExecutionContext execution,
    Function<List<SqlType>, List<@Nullable Object>> parameters) {
  Transaction transaction() {
    return execution.transaction();
  }

  Catalog catalog() {
    return names.catalog();
  }

  List<String> searchPath() {
    return names.searchPath();
  }

  /** The catalog with what this statement has changed so far. */
  Catalog changedCatalog() {
    return transaction().statementCatalog();
  }

  /** The names as this statement has changed them so far. */
  Names changedNames() {
    return new Names(names.database(), changedCatalog(), names.searchPath());
  }
}
