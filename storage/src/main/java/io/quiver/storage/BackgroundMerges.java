package io.quiver.storage;

import io.quiver.storage.scheduling.Scheduler;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Merges segments on threads of its own: on one while another makes the vector indexes of what it
 * has merged.
 */
final class BackgroundMerges implements AutoCloseable {
  private static final int THREADS = 2;

  private final List<BackgroundWork> threads;

  BackgroundMerges(Scheduler scheduler, Compaction compaction) {
    threads =
        IntStream.range(0, THREADS)
            .mapToObj(number ->
                new BackgroundWork(
                    scheduler,
                    "quiver-compaction-" + number,
                    compaction::compactAll,
                    compaction::close,
                    "segments cannot be merged; they stay as they are, and it is tried again"))
            .toList();
  }

  /** There may be something to merge. */
  void wake() {
    threads.forEach(BackgroundWork::wake);
  }

  /** Why a thread's last merge failed, or null where none did. */
  @Nullable Throwable failure() {
    return threads.stream()
        .map(BackgroundWork::failure)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(null);
  }

  /** Ends merges that are going on. */
  @Override
  public void close() {
    threads.forEach(BackgroundWork::close);
  }
}
