package io.quiver.storage.log;

import static io.quiver.storage.log.LogContract.SHARD;
import static io.quiver.storage.log.LogContract.append;
import static io.quiver.storage.log.LogContract.assertCode;
import static io.quiver.storage.log.LogContract.assertFails;
import static io.quiver.storage.log.LogContract.bytes;
import static io.quiver.storage.log.LogContract.records;
import static io.quiver.storage.log.LogContract.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts, flipped bits, failing disks and power cuts. With {@code -Ddamage.bits=0} a log of 64 KiB is
 * cut at every byte, and every bit of one of 16 KiB is flipped; otherwise they are small.
 */
final class LogDamageTest {
  private static final long ONE_FILE = 64L << 20;
  private static final boolean ALL = Integer.getInteger("damage.bits", 1) == 0;
  private static final int CUT_BYTES = ALL ? 64 << 10 : 2_000;
  private static final int FLIPPED_BYTES = ALL ? 16 << 10 : 400;

  /** A log of a few records, and where each of them ends in its only file. */
  private record Written(MemorySegment file, String path, List<String> texts, List<Integer> ends) {}

  /** A log of at least so many bytes. */
  private static Written written(int bytes) {
    MemoryFileSystem files = new MemoryFileSystem();
    List<String> texts = new ArrayList<>();
    List<Integer> ends = new ArrayList<>(List.of(LogFormat.HEADER_BYTES));
    try (Log log = LocalLogTest.newLog(files, ONE_FILE);
        LogWriter writer = log.open(SHARD, 1)) {
      for (int i = 0; ends.getLast() < bytes; i++) {
        String text = "record " + i + "-".repeat(i * 7 % 40);
        append(writer, text);
        texts.add(text);
        ends.add(ends.getLast() + LogFormat.RECORD_HEADER_BYTES + text.length());
      }
    }
    String path = "log/" + files.list("log").getFirst();
    return new Written(content(files, path), path, texts, ends);
  }

  private static MemorySegment content(FileSystem files, String path) {
    try (StorageFile file = files.open(path, FileSystem.Mode.READ)) {
      return file.read(0, file.size());
    }
  }

  private static MemoryFileSystem with(String path, MemorySegment content) {
    MemoryFileSystem files = new MemoryFileSystem();
    files.createDirectories("log");
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      file.append(content);
    }
    return files;
  }

  @Test
  void aLogCutAtAnyByteIsExactlyAPrefixAndGoesOn() {
    Written written = written(CUT_BYTES);
    int before = 0;
    for (int cut = LogFormat.HEADER_BYTES; cut <= written.file().byteSize(); cut++) {
      while (before + 1 < written.ends().size() && written.ends().get(before + 1) <= cut) {
        before++;
      }
      MemoryFileSystem files = with(written.path(), written.file().asSlice(0, cut));
      List<String> prefix = written.texts().subList(0, before);
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        assertThat(texts(records(log, Lsn.START))).as("cut at %d", cut).isEqualTo(prefix);
        append(log.open(SHARD, 2), "next");
      }
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        List<String> expected = new ArrayList<>(prefix);
        expected.add("next");
        assertThat(texts(records(log, Lsn.START))).as("cut at %d", cut).isEqualTo(expected);
      }
    }
  }

  @Test
  void aFileThatEndsInItsHeaderIsRefused() {
    Written written = written(1);
    for (int cut = 0; cut < LogFormat.HEADER_BYTES; cut++) {
      try (Log log =
          LocalLogTest.newLog(with(written.path(), written.file().asSlice(0, cut)), ONE_FILE)) {
        assertCode(() -> records(log, Lsn.START), ErrorCode.DATA_CORRUPTED);
        assertCode(() -> log.open(SHARD, 2), ErrorCode.DATA_CORRUPTED);
      }
    }
  }

  @Test
  void everyFlippedBitIsDetected() {
    Written written = written(FLIPPED_BYTES);
    int last = written.texts().size() - 1;
    int lastRecord = written.ends().get(last);
    for (int bit = 0; bit < written.file().byteSize() * 8; bit++) {
      MemoryFileSystem files = with(written.path(), flipped(written.file(), bit));
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        if (bit / 8 < lastRecord) {
          assertThatThrownBy(() -> records(log, Lsn.START))
              .as("bit %d", bit)
              .isInstanceOf(CorruptionException.class)
              .hasMessageContaining(written.path())
              .hasMessageContaining("at offset");
          assertCode(() -> log.open(SHARD, 2), ErrorCode.DATA_CORRUPTED);
        } else {
          // Nothing follows the last record: it may as well have been torn.
          assertThat(texts(records(log, Lsn.START)))
              .as("bit %d", bit)
              .isEqualTo(written.texts().subList(0, last));
        }
      }
    }
  }

  /** Room that was made in advance looks like nothing else. */
  @Test
  void zerosBehindTheRecordsAreTheEndAndHideNoDamage() {
    Written written = written(300);
    int records = written.texts().size();
    int lastRecord = written.ends().get(records - 1);
    long bytes = written.file().byteSize();
    for (long zeros = 1; zeros < 200_000; zeros += 1 + zeros / 3) {
      MemoryFileSystem files = with(written.path(), filled(written.file(), zeros));
      assertThat(LogCheck.of(files).leftovers()).as("%d zeros", zeros).isEmpty();
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        assertThat(texts(records(log, Lsn.START))).isEqualTo(written.texts());
        append(log.open(SHARD, 2), "next");
        assertThat(texts(records(log, Lsn.START))).hasSize(records + 1).endsWith("next");
      }
    }
    for (int bit = LogFormat.HEADER_BYTES * 8; bit < bytes * 8; bit++) {
      MemoryFileSystem files =
          with(written.path(), filled(flipped(written.file(), bit), 1 + bit % 977));
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        if (bit / 8 < lastRecord) {
          assertThatThrownBy(() -> records(log, Lsn.START))
              .as("bit %d", bit)
              .isInstanceOf(CorruptionException.class);
        } else {
          assertThat(texts(records(log, Lsn.START)))
              .as("bit %d", bit)
              .isEqualTo(written.texts().subList(0, records - 1));
          assertThat(LogCheck.of(files).leftovers()).as("bit %d", bit).hasSize(1);
        }
      }
    }
  }

  private static MemorySegment filled(MemorySegment content, long zeros) {
    byte[] longer = new byte[(int) (content.byteSize() + zeros)];
    MemorySegment.copy(content, 0, MemorySegment.ofArray(longer), 0, content.byteSize());
    return MemorySegment.ofArray(longer);
  }

  /** A force that changes no size writes nothing but the records. */
  @Test
  void recordsGoIntoRoomThatTheFileHasAlready() {
    MemoryFileSystem files = new MemoryFileSystem();
    try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
      LogWriter writer = log.open(SHARD, 1);
      append(writer, "first");
      String path = "log/" + files.list("log").getFirst();
      int grown = 0;
      long size = content(files, path).byteSize();
      for (int i = 0; i < 2_000; i++) {
        append(writer, "record " + i + "-".repeat(100));
        long now = content(files, path).byteSize();
        grown += now > size ? 1 : 0;
        size = now;
      }
      assertThat(grown).isBetween(1, 3);
      writer.close();
      assertThat(content(files, path).byteSize()).isLessThan(size);
      assertThat(records(log, Lsn.START)).hasSize(2_001);
    }
  }

  @Test
  void damageInAnOlderFileIsNeverTakenForATornEnd() {
    MemoryFileSystem files = new MemoryFileSystem();
    try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
      append(log.open(SHARD, 1), "only record of its file");
      append(log.open(SHARD, 2), "first of the next");
    }
    String older = "log/" + files.list("log").getFirst();
    MemorySegment content = content(files, older);
    for (int bit = 0; bit < content.byteSize() * 8; bit++) {
      MemorySegment damaged = flipped(content, bit);
      replace(files, older, damaged);
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        assertThatThrownBy(() -> records(log, Lsn.START))
            .as("bit %d", bit)
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(older);
      }
    }
    for (int cut = 0; cut < content.byteSize(); cut++) {
      replace(files, older, content.asSlice(0, cut));
      try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
        assertCode(() -> records(log, Lsn.START), ErrorCode.DATA_CORRUPTED);
      }
    }
  }

  @Test
  void aMissingFileIsNoticed() {
    MemoryFileSystem files = new MemoryFileSystem();
    Lsn last = Lsn.START;
    try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
      for (int epoch = 1; epoch <= 3; epoch++) {
        last = append(log.open(SHARD, epoch), "record of " + epoch);
      }
    }
    List<String> names = files.list("log");
    try (Log log = LocalLogTest.newLog(without(files, names.get(1)), ONE_FILE)) {
      assertCode(() -> records(log, Lsn.START), ErrorCode.DATA_CORRUPTED);
    }
    Lsn end = last;
    try (Log log = LocalLogTest.newLog(without(files, names.get(2)), ONE_FILE)) {
      assertCode(() -> records(log, end), ErrorCode.DATA_CORRUPTED);
    }
    MemoryFileSystem tail = without(without(files, names.get(0)), names.get(1));
    try (Log log = LocalLogTest.newLog(tail, ONE_FILE)) {
      assertCode(() -> records(log, new Lsn(1, 1)), ErrorCode.DATA_CORRUPTED);
    }
  }

  @Test
  void aFailedForceIsNeverTriedAgainAndNothingOfItIsFoundLater() {
    MemoryFileSystem disk = new MemoryFileSystem();
    FaultyFileSystem files = new FaultyFileSystem(disk, Plan.never());
    try (Log log = LocalLogTest.newLog(files, ONE_FILE)) {
      LogWriter writer = log.open(SHARD, 1);
      append(writer, "durable");
      files.follow(Plan.failEvery(Operation.FORCE));
      assertFails(writer.append(bytes("lost")), ErrorCode.IO_ERROR);
      files.follow(Plan.never());
      assertFails(writer.append(bytes("lost, too")), ErrorCode.IO_ERROR);
      LogWriter reopened = log.open(SHARD, 2);
      append(reopened, "after");
      assertThat(texts(records(log, Lsn.START))).containsExactly("durable", "after");
    }
  }

  /** What was appended meanwhile may build on what failed, and must not be durable without it. */
  @Test
  void aFullDiskFailsEveryLaterAppendUntilTheWriterIsTold() {
    FaultyFileSystem files = new FaultyFileSystem(new MemoryFileSystem(), Plan.never());
    for (int round = 0; round < 20; round++) {
      try (Log log = LocalLogTest.newLog(files, 400)) {
        LogWriter writer = log.open(SHARD, round + 1);
        append(writer, "before " + round);
        files.follow(Plan.diskFullFrom(0));
        assertFails(writer.append(bytes("lost " + "-".repeat(50))), ErrorCode.DISK_FULL);
        files.follow(Plan.never());
        assertFails(writer.append(bytes("lost, too")), ErrorCode.DISK_FULL);
        if (round % 3 > 0) {
          assertThat(writer.resume()).isTrue();
          append(writer, "after " + round);
        }
      }
    }
    try (Log log = LocalLogTest.newLog(files, 400)) {
      List<String> found = texts(records(log, Lsn.START));
      assertThat(found).hasSize(33).allMatch(t -> t.matches("(before|after) [0-9]+"));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatWasAcknowledgedSurvivesAPowerCutAfterAnyOperation(long seed) {
    Random random = new Random(seed);
    for (int k = 1; k < 120; k++) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      FaultyFileSystem files = new FaultyFileSystem(disk, Plan.powerCutAfter(k));
      List<String> acknowledged = new ArrayList<>();
      List<String> tried = new ArrayList<>();
      try (Log log = LocalLogTest.newLog(files, 2_000)) {
        workload(log, new Random(seed), acknowledged, tried);
      } catch (QuiverException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.IO_ERROR);
      }
      for (int cut = 0; cut < 8; cut++) {
        long cutSeed = random.nextLong();
        String what = "seed %d, after operation %d, cut %d".formatted(seed, k, cutSeed);
        checkAfterCut(disk.afterPowerCut(cutSeed), acknowledged, tried, what);
      }
    }
  }

  /** Groups of records of all sizes, in three epochs. */
  private static void workload(
      Log log, Random random, List<String> acknowledged, List<String> tried) {
    for (int epoch = 1; epoch <= 3; epoch++) {
      LogWriter writer = log.open(SHARD, epoch);
      for (int group = 0; group < 6; group++) {
        List<String> texts = new ArrayList<>();
        List<CompletableFuture<Lsn>> pending = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
          String text = epoch + "." + group + "." + i + "x".repeat(random.nextInt(1_500));
          texts.add(text);
          tried.add(text);
          pending.add(writer.append(bytes(text)));
        }
        for (int i = 0; i < texts.size(); i++) {
          try {
            pending.get(i).join();
            acknowledged.add(texts.get(i));
          } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(QuiverException.class);
            return;
          }
        }
      }
    }
  }

  private static void checkAfterCut(
      MemoryFileSystem disk, List<String> acknowledged, List<String> tried, String what) {
    try (Log log = LocalLogTest.newLog(disk, 2_000)) {
      LogWriter writer = log.open(SHARD, 9);
      List<String> found = texts(records(log, Lsn.START));
      assertThat(found.size()).as(what).isBetween(acknowledged.size(), tried.size());
      assertThat(found).as(what).isEqualTo(tried.subList(0, found.size()));
      append(writer, "after");
      assertThat(records(log, Lsn.START)).as(what).hasSize(found.size() + 1);
    }
  }

  private static MemorySegment flipped(MemorySegment source, int bit) {
    byte[] copy = source.toArray(ValueLayout.JAVA_BYTE);
    copy[bit / 8] ^= (byte) (1 << (bit % 8));
    return MemorySegment.ofArray(copy);
  }

  private static void replace(FileSystem files, String path, MemorySegment content) {
    files.delete(path);
    try (StorageFile file = files.open(path, FileSystem.Mode.CREATE)) {
      file.append(content);
    }
  }

  private static MemoryFileSystem without(MemoryFileSystem files, String missing) {
    MemoryFileSystem copy = new MemoryFileSystem();
    copy.createDirectories("log");
    for (String name : files.list("log")) {
      if (!name.equals(missing)) {
        replace(copy, "log/" + name, content(files, "log/" + name));
      }
    }
    return copy;
  }
}
