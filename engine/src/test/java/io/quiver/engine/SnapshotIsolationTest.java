package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.SnapshotIsolation.Append;
import io.quiver.engine.SnapshotIsolation.Observed;
import io.quiver.engine.SnapshotIsolation.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker itself, on histories made by hand: it finds each anomaly, and nothing else. */
class SnapshotIsolationTest {
  private static final int X = 1;
  private static final int Y = 2;
  private static final long LONG_AFTER = 1_000;

  private final List<Observed> history = new ArrayList<>();
  private final Map<Integer, List<Long>> last = new HashMap<>();

  /** One that ran together with all others. */
  private void concurrent(List<Read> reads, List<Append> appends) {
    int n = history.size();
    history.add(new Observed("T" + n, n, 0, 0, LONG_AFTER, true, reads, appends));
  }

  /** One of a session, from a moment to another. */
  private void timed(int session, long begin, long end, List<Read> reads, List<Append> appends) {
    String name = "T" + history.size();
    history.add(new Observed(name, session, begin, begin, end, true, reads, appends));
  }

  private static Read read(int key, Long... values) {
    return new Read(key, List.of(values), List.of(), LONG_AFTER);
  }

  private static Append append(int key, long value) {
    return new Append(key, value, true);
  }

  private void assertFound(String anomaly) {
    assertThat(SnapshotIsolation.anomalies(history, last))
        .anySatisfy(found -> assertThat(found).startsWith(anomaly + ":"));
  }

  private void assertAllowed() {
    assertThat(SnapshotIsolation.anomalies(history, last)).isEmpty();
  }

  @Test
  void writeSkewIsAllowed() {
    last.put(X, List.of(1L));
    last.put(Y, List.of(2L));
    concurrent(List.of(read(X), read(Y)), List.of(append(X, 1)));
    concurrent(List.of(read(X), read(Y)), List.of(append(Y, 2)));
    assertAllowed();
  }

  @Test
  void transactionsOneAfterTheOtherAreAllowed() {
    last.put(X, List.of(1L, 2L, 3L));
    timed(1, 0, 10, List.of(read(X)), List.of(append(X, 1), append(X, 2)));
    timed(2, 20, 30, List.of(read(X, 1L, 2L)), List.of(append(X, 3)));
    timed(1, 25, 40, List.of(read(X, 1L, 2L)), List.of());
    timed(1, 50, 60, List.of(read(X, 1L, 2L, 3L)), List.of());
    assertAllowed();
  }

  @Test
  void interleavedWritesAreG0() {
    last.put(X, List.of(1L, 2L));
    last.put(Y, List.of(4L, 3L));
    concurrent(List.of(), List.of(append(X, 1), append(Y, 3)));
    concurrent(List.of(), List.of(append(X, 2), append(Y, 4)));
    assertFound("G0");
  }

  @Test
  void whatWasRolledBackIsNotRead() {
    last.put(X, List.of());
    history.add(new Observed("A", 1, 0, 0, LONG_AFTER, false, List.of(), List.of(append(X, 1))));
    concurrent(List.of(read(X, 1L)), List.of());
    assertFound("G1a");
  }

  @Test
  void whatWentBackToASavepointIsNotRead() {
    last.put(X, List.of(2L));
    concurrent(List.of(), List.of(new Append(X, 1, false), append(X, 2)));
    concurrent(List.of(read(X, 1L)), List.of());
    assertFound("G1a");
  }

  @Test
  void whatWasRolledBackIsNotThereInTheEnd() {
    last.put(X, List.of(1L));
    concurrent(List.of(), List.of(new Append(X, 1, false)));
    assertFound("G1a");
  }

  @Test
  void aPartOfATransactionIsG1b() {
    last.put(X, List.of(1L, 2L));
    concurrent(List.of(), List.of(append(X, 1), append(X, 2)));
    concurrent(List.of(read(X, 1L)), List.of());
    assertFound("G1b");
  }

  @Test
  void twoThatReadEachOtherAreG1c() {
    last.put(X, List.of(1L));
    last.put(Y, List.of(2L));
    concurrent(List.of(read(Y, 2L)), List.of(append(X, 1)));
    concurrent(List.of(read(X, 1L)), List.of(append(Y, 2)));
    assertFound("G1c");
  }

  @Test
  void whatIsReadBeforeItsCommitIsDirty() {
    last.put(X, List.of(1L));
    history.add(new Observed("A", 1, 0, 500, LONG_AFTER, true, List.of(), List.of(append(X, 1))));
    List<Read> early = List.of(new Read(X, List.of(1L), List.of(), 400));
    history.add(new Observed("B", 2, 0, 0, LONG_AFTER, true, early, List.of()));
    assertFound("dirty read");
  }

  @Test
  void halfOfATransactionIsGSingle() {
    last.put(X, List.of(1L));
    last.put(Y, List.of(2L));
    concurrent(List.of(), List.of(append(X, 1), append(Y, 2)));
    concurrent(List.of(read(X, 1L), read(Y)), List.of());
    assertFound("G-single");
  }

  @Test
  void anUpdateOfWhatAnotherUpdatedIsLost() {
    last.put(X, List.of(1L, 2L));
    concurrent(List.of(read(X)), List.of(append(X, 1)));
    concurrent(List.of(read(X)), List.of(append(X, 2)));
    assertFound("lost update");
  }

  @Test
  void anUpdateThatIsOverwrittenIsLost() {
    last.put(X, List.of(2L));
    concurrent(List.of(), List.of(append(X, 1)));
    concurrent(List.of(), List.of(append(X, 2)));
    assertFound("lost update");
  }

  @Test
  void readersThatDisagreeWhoCameFirstAreALongFork() {
    last.put(X, List.of(1L));
    last.put(Y, List.of(2L));
    concurrent(List.of(), List.of(append(X, 1)));
    concurrent(List.of(), List.of(append(Y, 2)));
    concurrent(List.of(read(X, 1L), read(Y)), List.of());
    concurrent(List.of(read(X), read(Y, 2L)), List.of());
    assertFound("long fork");
  }

  @Test
  void aSessionThatGoesBackInTimeIsFound() {
    last.put(X, List.of(1L));
    timed(1, 0, LONG_AFTER, List.of(), List.of(append(X, 1)));
    timed(2, 10, 20, List.of(read(X, 1L)), List.of());
    timed(2, 30, 40, List.of(read(X)), List.of());
    assertFound("session order");
  }

  @Test
  void aSnapshotOlderThanWhatWasAcknowledgedIsFound() {
    last.put(X, List.of(1L));
    timed(1, 0, 10, List.of(), List.of(append(X, 1)));
    timed(2, 20, 30, List.of(read(X)), List.of());
    assertFound("real time");
  }

  @Test
  void anotherOrderThanTheLastIsFound() {
    last.put(X, List.of(1L, 2L));
    concurrent(List.of(), List.of(append(X, 1)));
    concurrent(List.of(), List.of(append(X, 2)));
    concurrent(List.of(read(X, 2L, 1L)), List.of());
    assertFound("incompatible order");
  }

  @Test
  void twoSnapshotsInOneTransactionAreFound() {
    last.put(X, List.of(1L));
    concurrent(List.of(), List.of(append(X, 1)));
    concurrent(List.of(read(X), read(X, 1L)), List.of());
    assertFound("non-repeatable read");
  }

  @Test
  void ownWritesAreRead() {
    last.put(X, List.of(1L));
    Read own = new Read(X, List.of(1L), List.of(1L), LONG_AFTER);
    concurrent(List.of(read(X), own), List.of(append(X, 1)));
    assertAllowed();
    history.clear();
    Read missed = new Read(X, List.of(), List.of(1L), LONG_AFTER);
    concurrent(List.of(missed), List.of(append(X, 1)));
    assertFound("internal");
  }
}
