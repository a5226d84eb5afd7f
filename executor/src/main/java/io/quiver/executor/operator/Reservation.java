package io.quiver.executor.operator;

/** What one operator has taken from the query's memory. Owned by the operator's thread. */
final class Reservation implements AutoCloseable {
  private final QueryMemory memory;
  private long bytes;

  Reservation(QueryMemory memory) {
    this.memory = memory;
  }

  /**
   * Takes more from the query's budget.
   *
   * @throws io.quiver.types.QuiverException 53200 when too little is left
   */
  void grow(long more) {
    memory.reserve(more);
    bytes += more;
  }

  void shrink(long less) {
    memory.release(less);
    bytes -= less;
  }

  /** Gives everything back; the second time there is nothing left to give. */
  @Override
  public void close() {
    memory.release(bytes);
    bytes = 0;
  }
}
