package io.quiver.storage.transaction;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.KeyLoader;
import io.quiver.storage.memtable.Keys;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The keys of a table's live rows, as their hashes. Rows with a null in the key are left out. */
final class LiveKeys {
  private static final int BLOCK_ROWS = 1_024;
  private static final int THREADS_MAX = 4;

  private LiveKeys() {}

  /** Is given the hashes of some rows' keys and their ids, in arrays that it must not keep. */
  @FunctionalInterface
  interface Use {
    void accept(long[] hashes, long[] rowIds, int count);
  }

  /** An index of all rows, read by half of the processors at most; of none where there is none. */
  static KeyIndex read(
      @Nullable TableState table,
      List<ColumnId> key,
      int tableBits,
      LongConsumer progress,
      Scheduler scheduler) {
    int threads = Math.clamp(scheduler.processors() / 2, 1, THREADS_MAX);
    KeyIndex index = new KeyIndex(tableBits, 0);
    if (table != null) {
      threads = Math.clamp(table.parts().size(), 1, threads);
      read(table, key, index, threads, progress, scheduler);
    }
    return index;
  }

  static void read(
      TableState table,
      List<ColumnId> key,
      KeyIndex into,
      int threads,
      LongConsumer progress,
      Scheduler scheduler) {
    long rows = table.rowCount();
    into.expect(rows);
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          KeyLoader loader = new KeyLoader(into, rows / threads);
          List<TablePart> parts = table.parts();
          for (int i = next.getAndIncrement(); i < parts.size(); i = next.getAndIncrement()) {
            forEach(
                parts.get(i),
                key,
                0,
                (hashes, rowIds, count) -> {
                  for (int k = 0; k < count; k++) {
                    loader.add(hashes[k], rowIds[k]);
                  }
                  progress.accept(count);
                });
          }
          loader.finish();
        };
    if (threads <= 1) {
      work.run();
    } else {
      runAll(work, threads, scheduler.threads("quiver-keys"));
    }
  }

  private static void runAll(Runnable work, int threads, ThreadFactory factory) {
    try (ExecutorService pool = Executors.newFixedThreadPool(threads, factory)) {
      List<? extends Future<?>> all =
          IntStream.range(0, threads).mapToObj(i -> pool.submit(work)).toList();
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "interrupted while reading keys", e);
    }
  }

  /** The live rows from a row id on, of which there may be few at the end of many. */
  static void forEachFrom(TableState table, List<ColumnId> key, long firstRowId, Use use) {
    if (table.nextRowId() <= firstRowId) {
      return;
    }
    List<TablePart> parts = table.parts();
    int first = parts.size();
    while (first > 0 && parts.get(first - 1).firstRowId() > firstRowId) {
      first--;
    }
    for (int i = Math.max(0, first - 1); i < parts.size(); i++) {
      TablePart part = parts.get(i);
      long ahead = Math.max(0, firstRowId - part.firstRowId());
      if (ahead == 0) {
        forEach(part, key, 0, use);
      } else if (part.lastRowId() >= firstRowId) {
        forEach(part, key, part.position(firstRowId), use);
      }
    }
  }

  private static void forEach(TablePart part, List<ColumnId> key, int from, Use use) {
    List<Column> keys = TableState.keyColumns(part, key);
    int size = Math.min(BLOCK_ROWS, part.rowCount() - from);
    long[] hashes = new long[size];
    long[] rowIds = new long[size];
    boolean nulls = keys.stream().anyMatch(Column::mayHaveNulls);
    for (int start = from; start < part.rowCount(); start += BLOCK_ROWS) {
      int rows = Math.min(BLOCK_ROWS, part.rowCount() - start);
      Keys.hash(keys, start, rows, hashes);
      int count = 0;
      for (int i = 0; i < rows; i++) {
        if (!part.deleted().contains(start + i) && !(nulls && Keys.hasNull(keys, start + i))) {
          hashes[count] = hashes[i];
          rowIds[count++] = part.rowId(start + i);
        }
      }
      use.accept(hashes, rowIds, count);
    }
  }
}
