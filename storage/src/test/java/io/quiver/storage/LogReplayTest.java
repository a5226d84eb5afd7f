package io.quiver.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.MemoryFileSystem;
import io.quiver.storage.log.LocalLog;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.log.LogReader;
import io.quiver.storage.log.LogRecord;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.log.ShardId;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.CorruptionException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records that are read and decoded ahead of those that are being applied. */
@Timeout(60)
class LogReplayTest {
  private static final int COMMITS = 400;

  private final MemoryFileSystem files = new MemoryFileSystem();

  /** What the table had when the store was closed. */
  private final Map<Long, Tables.Row> written = new TreeMap<>();

  /** Every commit makes a row; each tenth adds a column before, so that later rows are wider. */
  private List<LogRecord> records() {
    StoreOptions options = new StoreOptions(files, new Random(7), 1L << 30, false);
    try (LocalStore store = LocalStore.open(options)) {
      TableDefinition[] table = {Tables.create(store, Tables.items("items"))};
      for (int commit = 0; commit < COMMITS; commit++) {
        List<@Nullable Object> row = new ArrayList<>(Tables.row(commit, commit));
        boolean alters = commit % 10 == 9;
        Tables.commit(
            store,
            transaction -> {
              if (alters) {
                table[0] = widened(table[0]);
                transaction.alterTable(table[0]);
              }
              while (row.size() < table[0].columns().size()) {
                row.add(row.size());
              }
              transaction.append(table[0].id(), Tables.rows(table[0], row));
            });
      }
      written.putAll(Tables.read(store, table[0]));
    }
    List<LogRecord> records = new ArrayList<>();
    try (LocalLog log = new LocalLog(files, new Random(1), LogOptions.DEFAULT);
        LogReader reader = log.read(ShardId.FIRST, Lsn.START, false)) {
      for (LogRecord record = reader.next(); record != null; record = reader.next()) {
        records.add(record);
      }
    }
    return records;
  }

  private static TableDefinition widened(TableDefinition table) {
    int next = table.columns().size();
    return table.plus(
        new ColumnDefinition(
            new ColumnId(0),
            "added" + next,
            SqlType.INTEGER,
            true,
            null,
            ColumnDefinition.Identity.NONE));
  }

  private static LogReader reader(List<LogRecord> records) {
    Iterator<LogRecord> left = records.iterator();
    return new LogReader() {
      @Override
      public @Nullable LogRecord next() {
        return left.hasNext() ? left.next() : null;
      }

      @Override
      public void close() {}
    };
  }

  private static CommitPipeline empty() {
    DatabaseState state = DatabaseState.of(CommitVersion.ZERO, Catalog.EMPTY, Map.of());
    return new CommitPipeline(state, 1, null, Lsn.START, Scheduler.system());
  }

  @Test
  void rowsAreReadByTheDefinitionAtTheirPlace() {
    CommitPipeline pipeline = empty();
    LogReplay.run(reader(records()), pipeline, LogReplayTest::noSegment, Scheduler.system());
    try (Snapshot snapshot = pipeline.snapshot()) {
      assertThat(snapshot.version().value()).isEqualTo(COMMITS + 1);
      TableDefinition table = snapshot.catalog().tables().getFirst();
      assertThat(table.columns()).hasSize(4 + COMMITS / 10);
      assertThat(Tables.read(snapshot, table)).isEqualTo(written);
    }
  }

  @Test
  void aRecordThatCannotBeDecodedEndsItWithAllBeforeApplied() {
    List<LogRecord> records = records();
    for (int damaged : new int[] {0, 1, 200, COMMITS}) {
      List<LogRecord> all = new ArrayList<>(records);
      MemorySegment half = records.get(damaged).payload();
      half = half.asSlice(0, half.byteSize() / 2);
      all.set(damaged, new LogRecord(records.get(damaged).lsn(), half));
      CommitPipeline pipeline = empty();
      assertThatThrownBy(() ->
              LogReplay.run(reader(all), pipeline, LogReplayTest::noSegment, Scheduler.system()))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("log record " + records.get(damaged).lsn());
      assertThat(pipeline.visible().version().value()).isEqualTo(damaged);
    }
  }

  @Test
  void aMissingRecordEndsItAndTheReadingThread() {
    List<LogRecord> records = new ArrayList<>(records());
    records.remove(105);
    CommitPipeline pipeline = empty();
    assertThatThrownBy(() ->
            LogReplay.run(reader(records), pipeline, LogReplayTest::noSegment, Scheduler.system()))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("commit 107, expected 106");
    assertThat(new TreeSet<>(Arrays.asList(threads()))).doesNotContain("quiver-replay");
  }

  private static String[] threads() {
    return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toArray(String[]::new);
  }

  private static SegmentReader noSegment(UUID id) {
    throw new AssertionError("no record names segment " + id);
  }
}
