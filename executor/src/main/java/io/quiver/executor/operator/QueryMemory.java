package io.quiver.executor.operator;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.concurrent.atomic.AtomicLong;

/** What one query may keep in memory. Operators reserve before they keep, and release at close. */
public final class QueryMemory {
  private final long limitBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();

  public QueryMemory(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * Takes bytes from the budget.
   *
   * @throws QuiverException 53200 when too few are left; nothing is taken then
   */
  public void reserve(long bytes) {
    long used = usedBytes.addAndGet(bytes);
    if (used > limitBytes) {
      usedBytes.addAndGet(-bytes);
      throw new QuiverException(
          ErrorCode.OUT_OF_MEMORY,
          "the statement needs "
              + used
              + " bytes of memory, its limit is "
              + limitBytes
              + " (quiver.query_memory)");
    }
    peakBytes.accumulateAndGet(used, Math::max);
  }

  /** Takes bytes from the budget if so many are left. */
  public boolean tryReserve(long bytes) {
    long used = usedBytes.addAndGet(bytes);
    if (used > limitBytes) {
      usedBytes.addAndGet(-bytes);
      return false;
    }
    peakBytes.accumulateAndGet(used, Math::max);
    return true;
  }

  public void release(long bytes) {
    usedBytes.addAndGet(-bytes);
  }

  public long usedBytes() {
    return usedBytes.get();
  }

  public long peakBytes() {
    return peakBytes.get();
  }
}
