package io.quiver.storage.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MappedFileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** What is copied, who gives way, and what is still there when it did. */
class SegmentCacheTest {
  private static final int FILE_BYTES = 1 << 16;
  private static final int ROOM = 10;

  private final FileSystem files = new MemoryFileSystem();
  private long millis = 1_000_000;
  private final InstantSource clock = () -> Instant.ofEpochMilli(millis);
  private final MappedFileSystem maps = new MappedFileSystem(files, "d");
  private final SegmentCache cache =
      new SegmentCache(
          maps.copying(), maps, (long) ROOM * FILE_BYTES, clock, LockSupport::parkNanos);

  private void nextTick() {
    millis += 6_000;
  }

  /** Files whose bytes all are the same, each another one. */
  private List<Cached<MemorySegment>> add(int from, int to) {
    List<Cached<MemorySegment>> added = new ArrayList<>();
    files.createDirectories("d");
    for (int i = from; i < to; i++) {
      String path = "d/" + i;
      try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
        byte[] bytes = new byte[FILE_BYTES];
        Arrays.fill(bytes, (byte) i);
        file.append(MemorySegment.ofArray(bytes));
      }
      added.add(cache.add(Content.COLUMNS, place(path), through -> read(through, path)));
    }
    return added;
  }

  private static FileRange place(String path) {
    return new FileRange(path, 0, FILE_BYTES);
  }

  private static MemorySegment read(FileSystem through, String path) {
    try (StorageFile file = through.open(path, FileSystem.Mode.READ)) {
      return file.read(0, FILE_BYTES);
    }
  }

  private CacheUsage usage() {
    return cache.usage().stream()
        .filter(usage -> usage.content() == Content.COLUMNS)
        .findFirst()
        .orElseThrow();
  }

  private static void assertHolds(MemorySegment found, int value) {
    for (long at = 0; at < FILE_BYTES; at += 4_095) {
      assertThat(found.get(ValueLayout.JAVA_BYTE, at)).isEqualTo((byte) value);
    }
  }

  private static void collectUntil(BooleanSupplier done) throws InterruptedException {
    for (int i = 0; i < 100 && !done.getAsBoolean(); i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(done.getAsBoolean()).isTrue();
  }

  @Test
  void copiesThatQueriesStillReadCountAgainstTheBudget() {
    List<Cached<MemorySegment>> all = add(0, 30);
    List<MemorySegment> pinned = new ArrayList<>();
    for (int round = 0; round < 4; round++) {
      for (Cached<MemorySegment> each : all.subList(7 * round, 7 * round + 9)) {
        for (int i = 0; i < 3; i++) {
          pinned.add(each.get());
          nextTick();
          assertThat(usage().bytes() + usage().releasedBytes()).isLessThanOrEqualTo(cache.budget());
        }
      }
    }
    assertThat(usage().evictions()).isPositive();
    for (int i = 0; i < pinned.size(); i++) {
      assertHolds(pinned.get(i), 7 * (i / 27) + i % 27 / 3);
    }
  }

  @Test
  void whatWantedRoomWhileTheOnlyCopyWasMadeGetsItLater() {
    Cached<MemorySegment> other = add(0, 1).getFirst();
    Cached<MemorySegment> all =
        cache.add(
            Content.COLUMNS,
            new FileRange("d/0", 0, cache.budget()),
            through -> {
              useInThreeTicks(other);
              return read(through, "d/0");
            });
    all.get();
    assertThat(usage().bytes()).isEqualTo(cache.budget());
    useInThreeTicks(other);
    assertThat(usage().evictions()).isEqualTo(1);
  }

  private void useInThreeTicks(Cached<MemorySegment> used) {
    for (int i = 0; i < 3; i++) {
      used.get();
      nextTick();
    }
  }

  @Test
  void aScanOfMoreThanTheBudgetKeepsOnePartCopied() {
    List<Cached<MemorySegment>> all = add(0, 30);
    for (int scan = 0; scan < 5; scan++) {
      for (int i = 0; i < all.size(); i++) {
        assertHolds(all.get(i).get(), i);
      }
      nextTick();
    }
    assertThat(usage())
        .isEqualTo(
            new CacheUsage(
                Content.COLUMNS, ROOM, cache.budget(), 0, 4 * ROOM, 5 * all.size() - 4 * ROOM, 0));
  }

  @Test
  void whatNobodyReadsGivesWayToWhatIsReadAgain() throws InterruptedException {
    List<Cached<MemorySegment>> old = add(0, ROOM);
    old.forEach(Cached::get);
    nextTick();
    List<Cached<MemorySegment>> now = add(ROOM, 2 * ROOM);
    collectUntil(() -> {
      nextTick();
      for (int i = 0; i < now.size(); i++) {
        assertHolds(now.get(i).get(), ROOM + i);
      }
      return usage().evictions() == ROOM
          && usage().entries() == ROOM
          && usage().releasedBytes() == 0;
    });
    long hits = usage().hits();
    now.forEach(Cached::get);
    assertThat(usage().hits() - hits).isEqualTo(ROOM);
  }

  @Test
  void aCopyThatIsReadAfterItGaveWayIsKeptAgain() {
    List<Cached<MemorySegment>> old = add(0, ROOM);
    List<MemorySegment> pinned = new ArrayList<>();
    old.forEach(each -> pinned.add(each.get()));
    Cached<MemorySegment> other = add(ROOM, ROOM + 1).getFirst();
    for (int i = 0; i < 3; i++) {
      nextTick();
      assertHolds(other.get(), ROOM);
    }
    assertThat(usage().evictions()).isEqualTo(1);
    assertThat(usage().releasedBytes()).isEqualTo(FILE_BYTES);
    nextTick();
    for (int i = 0; i < old.size(); i++) {
      assertThat(old.get(i).get()).isSameAs(pinned.get(i));
    }
    assertThat(usage().releasedBytes()).isZero();
  }

  @Test
  void whatBelongsToNobodyLeavesItsRoom() throws InterruptedException {
    List<Cached<MemorySegment>> gone = new ArrayList<>(add(0, ROOM));
    gone.forEach(Cached::get);
    assertThat(usage().entries()).isEqualTo(ROOM);
    gone.clear();
    collectUntil(() -> usage().entries() == 0);
    assertThat(usage().bytes()).isZero();
  }

  @Test
  void whatIsLargerThanTheBudgetIsNeverCopied() {
    SegmentCache small =
        new SegmentCache(maps.copying(), maps, FILE_BYTES - 1, clock, LockSupport::parkNanos);
    add(0, 1);
    Cached<MemorySegment> large =
        small.add(Content.COLUMNS, place("d/0"), through -> read(through, "d/0"));
    MemorySegment first = large.get();
    nextTick();
    assertThat(large.get()).isSameAs(first);
    assertThat(small.usage()).allMatch(usage -> usage.entries() == 0);
  }

  @Test
  void aReadThatFailsTakesNoRoom() {
    List<Cached<MemorySegment>> all = add(0, ROOM);
    files.delete("d/0");
    for (int i = 0; i < 2 * ROOM; i++) {
      Cached<MemorySegment> missing =
          cache.add(
              Content.COLUMNS,
              place("d/x"),
              through -> {
                throw new CorruptionException("d/x", 0, "the file is missing");
              });
      assertThatThrownBy(missing::get).isInstanceOf(CorruptionException.class);
    }
    all.subList(1, ROOM).forEach(Cached::get);
    assertThat(usage().entries()).isEqualTo(ROOM - 1);
  }
}
