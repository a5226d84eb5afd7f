package io.quiver.storage.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.log.Lsn;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.vector.index.BuildOptions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Test;

/** How long writers wait for vector indexes, by a clock that stands still but for waits. */
class IndexBacklogTest {
  private static final int BOUND = 20_000;
  private static final int ROWS = 5_000;

  private final Clock clock = new Clock();
  private final CommitPipeline pipeline =
      new CommitPipeline(
          DatabaseState.of(CommitVersion.ZERO, Catalog.EMPTY, Map.of()),
          1,
          null,
          Lsn.START,
          Scheduler.system());
  private final TableDefinition table = table();
  private boolean works = true;
  private boolean builds;

  /** Waits end at once; meanwhile a part is indexed, if anyone builds. */
  private final class Clock implements Scheduler {
    private long now;

    @Override
    public Instant instant() {
      return Instant.EPOCH;
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public ThreadFactory threads(String name) {
      throw new AssertionError("no thread is needed");
    }

    @Override
    public int processors() {
      return 1;
    }

    @Override
    public long awaitNanos(Lock lock, Condition condition, long nanos) {
      throw new AssertionError("nothing is waited for");
    }

    @Override
    public boolean tryLock(Lock lock, long nanos) {
      return lock.tryLock();
    }

    @Override
    public void pause(long nanos) {
      now += nanos;
      if (builds) {
        buildOne();
      }
    }
  }

  private interface Work {
    void on(LocalTransaction transaction);
  }

  private void commit(Work work) {
    try (LocalTransaction transaction =
        new LocalTransaction(
            pipeline, IsolationLevel.READ_COMMITTED, false, RowConditions.NONE, null)) {
      work.on(transaction);
      transaction.commit();
    }
  }

  private TableDefinition table() {
    ColumnDefinition column =
        new ColumnDefinition(
            new ColumnId(0), "v", SqlType.vector(2), true, null, ColumnDefinition.Identity.NONE);
    commit(
        t -> t.createTable(Transaction.NewTable.keyed("public", "t", List.of(column), List.of())));
    pipeline.indexes().vectors().backlog().onBuilder(clock, () -> works);
    return Objects.requireNonNull(pipeline.visible().catalog().table("public", "t"));
  }

  private void createIndex() {
    createIndex(IndexDefinition.Kind.FLAT);
  }

  private void createIndex(IndexDefinition.Kind kind) {
    commit(t ->
        t.change(
            new CatalogChange.PutIndex(
                new IndexDefinition(
                    t.newIndex(),
                    table.id(),
                    "t_v",
                    kind,
                    List.of(new IndexDefinition.Key(new ColumnId(0), false, false)),
                    IndexDefinition.Distance.L2,
                    List.of(),
                    null,
                    Map.of(),
                    null))));
  }

  private void insert(int parts) {
    for (int part = 0; part < parts; part++) {
      ColumnBuilder vectors = new ColumnBuilder(SqlType.vector(2), ROWS);
      for (int row = 0; row < ROWS; row++) {
        vectors.append(new float[] {row, part});
      }
      Batch batch = new Batch(List.of(vectors.build()), ROWS);
      commit(t -> t.append(table.id(), batch));
    }
  }

  private void buildOne() {
    IndexDefinition index = pipeline.visible().catalog().indexes().getFirst();
    TableState state = Objects.requireNonNull(pipeline.visible().tables().get(table.id()));
    VectorIndexes vectors = pipeline.indexes().vectors();
    state.parts().stream()
        .filter(part -> vectors.isMissing(part, index))
        .findFirst()
        .ifPresent(part -> {
          BuildOptions options = BuildOptions.threads(1);
          vectors.build(vectors.plan(part, table, index, options, null), options);
        });
  }

  /** How many milliseconds a statement waits that adds rows. */
  private long waits(int bound, Runnable check) {
    long before = clock.now;
    try (Snapshot snapshot = pipeline.snapshot()) {
      snapshot.awaitIndexes(table.id(), bound, check);
    }
    return TimeUnit.NANOSECONDS.toMillis(clock.now - before);
  }

  private long waits() {
    return waits(BOUND, () -> {});
  }

  @Test
  void writersGoSlowerAndThenWaitForWhatTheyHaveAdded() {
    createIndex();
    assertThat(waits()).isZero();
    insert(2);
    assertThat(waits()).isZero();
    insert(1);
    assertThat(waits()).isEqualTo(20);
    insert(1);
    builds = true;
    // It waits until something is indexed, and then until no more than half is left.
    assertThat(waits()).isEqualTo(6);
    insert(20);
    assertThat(waits()).isBetween(80L, 100L);
  }

  @Test
  void aSmallPartIsMuchWhereCodesCouldServe() {
    createIndex(IndexDefinition.Kind.HNSW);
    waits();
    insert(1);
    assertThat(waits(8 * ROWS, () -> {})).isZero();
    assertThat(waits(8 * ROWS - 1, () -> {})).isEqualTo(20);
    TablePart part =
        Objects.requireNonNull(pipeline.visible().tables().get(table.id())).parts().getFirst();
    IndexDefinition index = pipeline.visible().catalog().indexes().getFirst();
    InterimIndexes interim = pipeline.indexes().vectors().interim();
    assertThat(interim.makeNext(part, index, SqlType.vector(2), false, BuildOptions.threads(1)))
        .isTrue();
    assertThat(interim.rows(part, index)).isEqualTo(ROWS);
    assertThat(waits(100, () -> {})).isZero();
  }

  @Test
  void nobodyWaitsForEver() {
    createIndex();
    waits();
    insert(10);
    assertThat(waits()).isBetween(5_000L, 5_100L);
  }

  @Test
  void nobodyWaitsWhileNothingIsMadeOrWhereNoBoundIsSet() {
    createIndex();
    waits();
    insert(10);
    assertThat(waits(0, () -> {})).isZero();
    works = false;
    assertThat(waits()).isZero();
  }

  @Test
  void rowsThatWereThereBeforeTheIndexKeepNobodyWaiting() {
    insert(30);
    createIndex();
    assertThat(waits()).isZero();
    insert(2);
    assertThat(waits()).isZero();
    insert(10);
    builds = true;
    // What is indexed counts, whichever rows it is.
    assertThat(waits()).isLessThan(100);
  }

  @Test
  void rowsOfAnIndexThatCannotBeMadeKeepNobodyWaiting() {
    createIndex();
    waits();
    insert(10);
    IndexDefinition index = pipeline.visible().catalog().indexes().getFirst();
    for (TablePart part :
        Objects.requireNonNull(pipeline.visible().tables().get(table.id())).parts()) {
      pipeline
          .indexes()
          .vectors()
          .giveUp(part, index, new MissingIndex(MissingIndex.Cause.FAILED, "refused"));
    }
    assertThat(waits()).isZero();
  }

  @Test
  void aCancelledStatementWaitsNoMore() {
    createIndex();
    waits();
    insert(10);
    assertThatThrownBy(() ->
            waits(
                BOUND,
                () -> {
                  throw new QuiverException(ErrorCode.QUERY_CANCELED, "cancelled");
                }))
        .isInstanceOf(QuiverException.class);
  }
}
