package io.quiver.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.LocalFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The local log on real files, small enough to rotate often. */
final class LocalLogTest extends LogContract {
  @TempDir Path directory;

  @Override
  Log newLog() {
    return newLog(new LocalFileSystem(directory), 300);
  }

  static Log newLog(FileSystem files, long fileBytesMax) {
    LogOptions options = LogOptions.DEFAULT.withFileBytesMax(fileBytesMax);
    return new LocalLog(files, new Random(1), options);
  }

  @Test
  void filesBehindATruncationAreDeleted() {
    FileSystem files = new LocalFileSystem(directory);
    try (Log log = newLog(files, 300);
        LogWriter writer = log.open(SHARD, 1)) {
      List<Lsn> lsns = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        lsns.add(append(writer, "some record " + i));
      }
      int before = files.list("log").size();
      log.truncate(SHARD, lsns.get(89), 1);
      assertThat(before).isGreaterThan(10);
      assertThat(files.list("log").size()).isLessThan(before / 2);
      log.truncate(SHARD, lsns.getLast(), 1);
      assertThat(files.list("log")).hasSize(1);
    }
  }

  @Test
  void openingOverAndOverLeavesNoFilesBehind() {
    FileSystem files = new LocalFileSystem(directory);
    for (int epoch = 1; epoch <= 20; epoch++) {
      try (Log log = newLog(files, 300)) {
        log.open(SHARD, epoch);
      }
    }
    assertThat(files.list("log")).hasSize(1);
    assertThat(files.list("tmp")).isEmpty();
  }

  /** Else one that was answered would fail together with one before it, which may. */
  @Test
  void aRecordIsNotReleasedBeforeThoseBeforeItAre() {
    try (Log log = newLog(new LocalFileSystem(directory), 1 << 20);
        LogWriter writer = log.open(SHARD, 1)) {
      CompletableFuture<Lsn> first = writer.appendDeferred(List.of(bytes("a")));
      CompletableFuture<Lsn> second = writer.appendDeferred(List.of(bytes("b")));
      assertThat(writer.release(second)).isFalse();
      assertThat(writer.release(first)).isTrue();
      assertThat(writer.release(second)).isTrue();
      CompletableFuture<Lsn> third = writer.append(List.of(bytes("c")));
      writer.await(third);
      CompletableFuture<Lsn> fourth = writer.appendDeferred(List.of(bytes("d")));
      assertThat(writer.release(fourth)).isTrue();
    }
  }

  @Test
  void anInterruptedThreadDisturbsNothing() {
    try (Log log = newLog();
        LogWriter writer = log.open(SHARD, 1)) {
      append(writer, "a");
      Thread.currentThread().interrupt();
      try (LogReader reader = log.read(SHARD, Lsn.START, false)) {
        assertThat(text(reader.next())).isEqualTo("a");
      }
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
