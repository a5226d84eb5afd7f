package io.quiver.storage.transaction;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A key that commits hand from row to row is found at any moment, in the newest state and older.
 */
class KeyGuardLincheckTest {
  /** A table of one key, whose row each update replaces by one with the next id. */
  public static final class Operations {
    private static final List<ColumnId> KEY = List.of(new ColumnId(1));
    private static final int UPDATES_MAX = 3;

    /** What a planted bug does later than it should. */
    private static @Nullable Runnable postponed;

    private final List<Column> wanted = List.of(column());
    private final List<TableState> states = new ArrayList<>();
    private final KeyGuard guard;
    private volatile int version;

    public Operations() {
      ColumnDefinition id =
          new ColumnDefinition(
              KEY.getFirst(), "id", SqlType.BIGINT, false, null, ColumnDefinition.Identity.NONE);
      TableDefinition table =
          new TableDefinition(new TableId(1), "public", "items", List.of(id), KEY);
      Batch row = new Batch(List.of(column()), 1);
      states.add(TableState.empty(table, 1).adopt(List.of(row)));
      for (int i = 1; i <= UPDATES_MAX; i++) {
        states.add(states.getLast().delete(new long[] {i}).adopt(List.of(row)));
      }
      guard =
          new KeyGuard(
              KEY,
              states.getFirst(),
              new CommitVersion(0),
              new KeyGuard.Fixed(states.getFirst(), Scheduler.system()));
      guard.ready(rows -> {});
    }

    private static Column column() {
      ColumnBuilder column = new ColumnBuilder(SqlType.BIGINT, 1);
      column.appendLong(7);
      return column.build();
    }

    /** One thread alone calls it, as the commit lock sees to it. */
    @Operation
    public void update() {
      int next = version + 1;
      TableState before = states.get(version);
      TableState after = states.get(next);
      guard.reserve(after, before.nextRowId());
      guard.advance(after, new long[] {version + 1}, before.nextRowId(), new CommitVersion(next));
      if (postponed != null) {
        postponed.run();
        postponed = null;
      }
      version = next;
    }

    /** An update whose log record could not be written. */
    @Operation
    public void updateAndUndo() {
      TableState before = states.get(version);
      CommitVersion next = new CommitVersion(version + 1);
      long[] deleted = {version + 1};
      guard.reserve(states.get(version + 1), before.nextRowId());
      guard.advance(states.get(version + 1), deleted, before.nextRowId(), next);
      guard.retreat(before, deleted);
    }

    @Operation
    public boolean findsNewest() {
      return guard.find(wanted, 0) != KeyIndex.ABSENT;
    }

    @Operation
    public boolean findsItsOwn() {
      int own = version;
      return guard.find(states.get(own), new CommitVersion(own), wanted, 0) == own + 1;
    }

    static void insertLater(
        TableState state, List<ColumnId> key, long firstRowId, LiveKeys.Use use) {
      postponed = () -> LiveKeys.forEachFrom(state, key, firstRowId, use);
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread(), thread("findsItsOwn"), thread("update"), thread("findsNewest"))
        .scenario(
            thread(),
            thread("findsNewest"),
            thread("updateAndUndo"),
            thread("findsNewest", "findsItsOwn"));
  }

  @Test
  void aKeyIsFoundWhileItsRowIsReplaced() {
    interleavings(Operations.class).check();
  }

  @SuppressWarnings("ImmutableEnumChecker") // All of a PlantedBug is final.
  enum Bug {
    REMOVED_ROWS_FORGOTTEN(PlantedBug.leaveOut("Forgetful", "advance", "add", 0)),
    NEW_ROWS_AFTER_OLD_ARE_OUT(PlantedBug.instead("Gap", "advance", "forEachFrom", "insertLater"));

    private final PlantedBug planted;

    Bug(PlantedBug planted) {
      this.planted = planted;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(Bug bug) {
    Class<?> copy =
        bug.planted.in(MethodHandles.lookup(), Operations.class, KeyGuard.class, RemovedKeys.class);
    interleavings(copy).checkFindsBug();
  }
}
