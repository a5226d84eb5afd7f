package io.quiver.engine.command;

import io.quiver.engine.definition.Names;
import io.quiver.sql.Statement;
import io.quiver.storage.Store;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.function.BooleanSupplier;

/** FLUSH, CHECKPOINT, OPTIMIZE TABLE, LOAD TABLE, RELEASE TABLE, REINDEX and KILL BUILD. */
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
      case Statement.Reindex reindex -> "REINDEX";
      case Statement.KillBuild kill -> "KILL";
    };
  }

  /**
   * Runs a statement, and waits for what it does.
   *
   * @throws io.quiver.types.QuiverException 42P01 where there is no such table, 42703 no such
   *     column, 42704 no such index or build, 42809 where there is a view, 57014 when it is
   *     cancelled
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
      case Statement.Reindex reindex -> reindex(reindex, names, store, cancelled);
      case Statement.KillBuild kill -> {
        if (!store.killIndexBuild(kill.id())) {
          throw new QuiverException(
              ErrorCode.UNDEFINED_OBJECT,
              "there is no build " + kill.id() + "; quiver.index_builds has those that there are");
        }
      }
    }
  }

  private static void reindex(
      Statement.Reindex reindex, Names names, Store store, BooleanSupplier cancelled) {
    if (reindex.table()) {
      store.reindex(names.existingTable(reindex.name()).id(), null, cancelled);
      return;
    }
    IndexDefinition index = names.index(reindex.name());
    if (index != null) {
      store.reindex(index.table(), index.id(), cancelled);
    } else if (names.tableOfKey(reindex.name()) != null) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "\"" + reindex.name() + "\" is kept with the rows, and has nothing to be made anew");
    } else if (names.table(reindex.name()) != null) {
      throw new QuiverException(
          ErrorCode.WRONG_OBJECT_TYPE,
          "\"" + reindex.name() + "\" is a table; REINDEX TABLE makes all of its indexes");
    } else {
      throw Names.undefined("index", reindex.name());
    }
  }
}
