package io.quiver.engine;

import io.quiver.storage.LocalStore;
import io.quiver.storage.StoreOptions;
import io.quiver.storage.file.MemoryFileSystem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A table {@code t (id, ten, v)} of many segments, each with its part of the index {@code t_v}: ids
 * count from 0, and {@code ten} is their last digit.
 */
final class SegmentedTable implements AutoCloseable {
  private final LocalStore store =
      LocalStore.open(new StoreOptions(new MemoryFileSystem(), new Random(7), 64L << 20, false));
  private final Database database = Database.over(store, "t");
  private final Session session = database.connect();
  private int next;

  Database database() {
    return database;
  }

  Session session() {
    return session;
  }

  void create(int dimension, String using) {
    Sql.run(session, "CREATE TABLE t (id INT PRIMARY KEY, ten INT, v VECTOR(" + dimension + "))");
    Sql.run(session, "CREATE VECTOR INDEX t_v ON t (v) USING " + using);
  }

  /**
   * Adds a segment.
   *
   * @param vectors that of each id, or null
   */
  void addSegment(int count, IntFunction<float @Nullable []> vectors) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++, next++) {
      rows.add(Arrays.asList(next, next % 10, vectors.apply(next)));
    }
    session.insertAll(session.prepare("INSERT INTO t VALUES (?, ?, ?)"), rows, () -> false);
    Sql.run(session, "FLUSH");
    // A flush merges those without an index.
    store.buildIndexes();
  }

  void buildIndexes() {
    store.buildIndexes();
  }

  @Override
  public void close() {
    session.close();
    database.close();
  }
}
