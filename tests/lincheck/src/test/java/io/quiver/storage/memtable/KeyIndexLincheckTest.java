package io.quiver.storage.memtable;

import static io.quiver.lincheck.Interleavings.thread;

import io.quiver.lincheck.Interleavings;
import io.quiver.lincheck.PlantedBug;
import java.lang.invoke.MethodHandles;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lookups in the index of keys while it changes, in every order of a few steps. */
class KeyIndexLincheckTest {
  /** Rows are their keys, which have the same home. The fourth makes the table grow. */
  @Param(name = "key", gen = IntGen.class, conf = "0:3")
  public static final class Operations {
    /** What a planted bug does later than it should. */
    private static @Nullable Runnable postponed;

    private static final long HASH = 0;

    private final KeyIndex index = new KeyIndex(0, 0);

    @Operation
    public void add(int key) {
      index.add(HASH, key);
      Runnable later = postponed;
      if (later != null) {
        later.run();
        postponed = null;
      }
    }

    @Operation
    public void remove(int key) {
      index.remove(HASH, key);
    }

    @Operation
    public long find(int key) {
      return index.find(HASH, row -> row == key ? KeyIndex.Match.EQUAL : KeyIndex.Match.DIFFERENT);
    }

    @Operation
    public long size() {
      return index.size();
    }

    /** All entries have the first slot as their home. */
    static void placeLater(long[] slots, long entry) {
      Runnable before = postponed == null ? () -> {} : postponed;
      postponed =
          () -> {
            before.run();
            int at = 0;
            while (slots[at] != 0) {
              at++;
            }
            slots[at] = entry;
          };
    }
  }

  private static Interleavings interleavings(Class<?> operations) {
    return new Interleavings(operations)
        .scenario(thread("add 0", "add 1"), thread("find 1"), thread("remove 0"), thread("find 1"))
        .scenario(
            thread("add 0", "add 1", "add 2"), thread("size"), thread("add 3"), thread("find 0"))
        .scenario(thread(), thread("size"), thread("add 0"), thread("add 1"))
        .scenario(
            thread("add 0", "add 1"),
            thread("size"),
            thread("remove 0", "add 0"),
            thread("find 1", "find 0"));
  }

  @Test
  void lookupsSeeTheIndexAtOneMoment() {
    interleavings(Operations.class).check();
  }

  @SuppressWarnings("ImmutableEnumChecker") // All of a PlantedBug is final.
  enum Bug {
    WITHOUT_VALIDATION(PlantedBug.leaveOut("Unvalidated", "find", "validate", 1)),
    ENTRIES_AFTER_THEIR_TABLE(PlantedBug.instead("Empty", "reserve", "place", "placeLater"));

    private final PlantedBug planted;

    Bug(PlantedBug planted) {
      this.planted = planted;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPlantedBugIsFound(Bug bug) {
    Class<?> copy = bug.planted.in(MethodHandles.lookup(), Operations.class, KeyIndex.class);
    interleavings(copy).checkFindsBug();
  }
}
