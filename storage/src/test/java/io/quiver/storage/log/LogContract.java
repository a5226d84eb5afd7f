package io.quiver.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every provider of a {@link Log} must do. */
abstract class LogContract {
  static final ShardId SHARD = ShardId.FIRST;

  private Log log;

  /** A log; a second call gives the same records, as after a restart. */
  abstract Log newLog();

  @BeforeEach
  void open() {
    log = newLog();
  }

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void recordsComeBackInTheOrderOfTheirAppends() {
    try (LogWriter writer = log.open(SHARD, 1)) {
      List<Lsn> lsns = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        lsns.add(append(writer, "record " + i));
      }
      assertThat(lsns).isSorted().doesNotHaveDuplicates();
      List<LogRecord> records = records(log, Lsn.START);
      assertThat(records).extracting(LogRecord::lsn).isEqualTo(lsns);
      assertThat(texts(records)).startsWith("record 0").endsWith("record 99").hasSize(100);
    }
  }

  @Test
  void recordsOfAnySizeSurviveARestart() {
    List<String> written = new ArrayList<>();
    for (int length : new int[] {0, 1, 23, 24, 25, 4_096, 1 << 20, (1 << 20) + 1, 3_000_000}) {
      written.add("x".repeat(length));
    }
    try (LogWriter writer = log.open(SHARD, 1)) {
      written.forEach(text -> append(writer, text));
    }
    log.close();
    log = newLog();
    assertThat(texts(records(log, Lsn.START))).isEqualTo(written);
  }

  @Test
  void aRecordInPiecesIsTheirBytesInOrder() {
    List<String> written = new ArrayList<>();
    try (LogWriter writer = log.open(SHARD, 1)) {
      for (int large : new int[] {0, 70_000, (1 << 20) - 30, 1 << 20, 3_000_000}) {
        List<String> pieces = List.of("a", "b".repeat(large), "", "c", "d".repeat(large), "e");
        writer.append(pieces.stream().map(LogContract::bytes).toList()).join();
        written.add(String.join("", pieces));
      }
    }
    log.close();
    log = newLog();
    assertThat(texts(records(log, Lsn.START))).isEqualTo(written);
  }

  @Test
  void readingStartsBehindThePositionGiven() {
    try (LogWriter writer = log.open(SHARD, 1)) {
      append(writer, "a");
      Lsn b = append(writer, "b");
      Lsn c = append(writer, "c");
      assertThat(texts(records(log, b))).containsExactly("c");
      assertThat(records(log, c)).isEmpty();
    }
  }

  @Test
  void aTailingReaderSeesWhatComesLaterAndAnotherDoesNot() {
    try (LogWriter writer = log.open(SHARD, 1);
        LogReader tailing = log.read(SHARD, Lsn.START, true);
        LogReader bounded = log.read(SHARD, Lsn.START, false)) {
      assertThat(tailing.next()).isNull();
      append(writer, "a");
      append(writer, "b");
      assertThat(bounded.next()).isNull();
      assertThat(text(tailing.next())).isEqualTo("a");
      assertThat(text(tailing.next())).isEqualTo("b");
      assertThat(tailing.next()).isNull();
      append(writer, "c");
      assertThat(text(tailing.next())).isEqualTo("c");
    }
  }

  @Test
  void aWriterOfAHigherEpochFencesTheEarlierOne() {
    LogWriter earlier = log.open(SHARD, 1);
    append(earlier, "a");
    LogWriter later = log.open(SHARD, 2);
    assertFails(earlier.append(bytes("lost")), ErrorCode.DATABASE_IN_USE);
    append(later, "b");
    assertThat(texts(records(log, Lsn.START))).containsExactly("a", "b");
    for (long epoch : new long[] {1, 2}) {
      assertCode(() -> log.open(SHARD, epoch), ErrorCode.DATABASE_IN_USE);
    }
    assertCode(() -> log.truncate(SHARD, Lsn.START, 1), ErrorCode.DATABASE_IN_USE);
    append(later, "c");
  }

  @Test
  void everyEpochAddsToTheSameSequenceOfRecords() {
    List<String> written = new ArrayList<>();
    List<Lsn> lsns = new ArrayList<>();
    for (int epoch = 1; epoch <= 5; epoch++) {
      try (LogWriter writer = log.open(SHARD, epoch)) {
        for (int i = 0; i < epoch - 1; i++) {
          lsns.add(append(writer, epoch + "/" + i));
          written.add(epoch + "/" + i);
        }
      }
    }
    assertThat(lsns).isSorted().doesNotHaveDuplicates();
    for (int i = 0; i < lsns.size(); i++) {
      assertThat(texts(records(log, lsns.get(i)))).isEqualTo(written.subList(i + 1, lsns.size()));
    }
  }

  @Test
  void truncationForgetsNoLaterRecord() {
    try (LogWriter writer = log.open(SHARD, 1)) {
      List<Lsn> lsns = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        lsns.add(append(writer, "r" + i));
      }
      for (int i = 0; i < 50; i += 7) {
        log.truncate(SHARD, lsns.get(i), 1);
        assertThat(records(log, lsns.get(i))).hasSize(49 - i);
      }
      log.truncate(SHARD, lsns.getLast(), 1);
      append(writer, "behind");
      assertThat(texts(records(log, lsns.getLast()))).containsExactly("behind");
    }
  }

  @Test
  void shardsDoNotMix() {
    try (LogWriter first = log.open(SHARD, 1);
        LogWriter second = log.open(new ShardId(7), 4)) {
      append(first, "a");
      append(second, "b");
      append(first, "c");
      assertThat(texts(records(log, Lsn.START))).containsExactly("a", "c");
    }
  }

  @Test
  void appendsOfManyThreadsAllSurviveInTheOrderOfTheirPositions() throws Exception {
    try (LogWriter writer = log.open(SHARD, 1);
        ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<List<Lsn>>> results = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        int thread = t;
        results.add(
            threads.submit(() -> {
              List<Lsn> mine = new ArrayList<>();
              for (int i = 0; i < 200; i++) {
                mine.add(append(writer, thread + ":" + i));
              }
              return mine;
            }));
      }
      Map<Lsn, String> acknowledged = new TreeMap<>();
      for (int t = 0; t < 8; t++) {
        List<Lsn> mine = results.get(t).get();
        assertThat(mine).isSorted();
        for (int i = 0; i < mine.size(); i++) {
          acknowledged.put(mine.get(i), t + ":" + i);
        }
      }
      List<LogRecord> records = records(log, Lsn.START);
      assertThat(records)
          .extracting(LogRecord::lsn)
          .containsExactlyElementsOf(acknowledged.keySet());
      assertThat(texts(records)).containsExactlyElementsOf(acknowledged.values());
    }
  }

  @Test
  void closingMakesDurableWhatWasAppended() {
    LogWriter writer = log.open(SHARD, 1);
    List<CompletableFuture<Lsn>> pending = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      pending.add(writer.append(bytes("r" + i)));
    }
    writer.close();
    assertThat(pending).allMatch(CompletableFuture::isDone);
    pending.forEach(CompletableFuture::join);
    assertFails(writer.append(bytes("late")), ErrorCode.DATABASE_IN_USE);
    assertThat(records(log, Lsn.START)).hasSize(1_000);
  }

  static MemorySegment bytes(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return Arena.ofAuto().allocate(utf8.length).copyFrom(MemorySegment.ofArray(utf8));
  }

  static Lsn append(LogWriter writer, String text) {
    return writer.append(bytes(text)).join();
  }

  static String text(@Nullable LogRecord record) {
    if (record == null) {
      throw new AssertionError("expected a record");
    }
    return new String(record.payload().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  static List<String> texts(List<LogRecord> records) {
    return records.stream().map(LogContract::text).toList();
  }

  static List<LogRecord> records(Log log, Lsn from) {
    try (LogReader reader = log.read(SHARD, from, false)) {
      List<LogRecord> records = new ArrayList<>();
      for (LogRecord record = reader.next(); record != null; record = reader.next()) {
        records.add(record);
      }
      return records;
    }
  }

  static void assertFails(CompletableFuture<Lsn> append, ErrorCode code) {
    assertThatThrownBy(append::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  static void assertCode(ThrowingCallable call, ErrorCode code) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QuiverException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }
}
