package io.quiver.engine.command;

import io.quiver.engine.definition.Names;
import io.quiver.sql.Statement;
import io.quiver.storage.Store;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import java.util.List;
import java.util.function.BooleanSupplier;

/** FLUSH, CHECKPOINT, OPTIMIZE TABLE, LOAD TABLE and RELEASE TABLE. */
public final class Upkeep {
  private Upkeep() {}

  /** How a statement begins, for messages. */
  public static String name(Statement.Maintenance statement) {
    return switch (statement) {
      case Statement.Flush flush -> "FLUSH";
      case Statement.Checkpoint checkpoint -> "CHECKPOINT";
      case Statement.Optimize optimize -> "OPTIMIZE TABLE";
      case Statement.Load load -> "LOAD TABLE";
      case Statement.ReleaseTable release -> "RELEASE TABLE";
    };
  }

  /**
   * Runs a statement, and waits for what it does.
   *
   * @throws io.quiver.types.QuiverException 42P01 where there is no such table, 42703 no such
   *     column, 42809 where there is a view, 57014 when it is cancelled
   */
  public static void run(
      Statement.Maintenance statement, Names names, Store store, BooleanSupplier cancelled) {
    switch (statement) {
      case Statement.Flush flush -> {
        // All tables share a log, and go to segments together.
        if (flush.name() != null) {
          names.existingTable(flush.name());
        }
        store.flush();
      }
      case Statement.Checkpoint checkpoint -> store.checkpoint();
      case Statement.Optimize optimize -> {
        TableId table = names.existingTable(optimize.name()).id();
        store.optimize(table, cancelled);
      }
      case Statement.Load load -> {
        TableDefinition table = names.existingTable(load.name());
        List<ColumnId> columns =
            load.columns().stream().map(name -> Names.column(table, name).id()).toList();
        store.load(table.id(), columns, cancelled);
      }
      case Statement.ReleaseTable release ->
          store.release(names.existingTable(release.name()).id());
    }
  }
}
