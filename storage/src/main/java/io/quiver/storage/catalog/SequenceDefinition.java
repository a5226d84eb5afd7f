package io.quiver.storage.catalog;

/**
 * A sequence as the catalog holds it.
 *
 * @param id of the same kind as a table's, and never that of a table
 */
public record SequenceDefinition(
    TableId id, String schemaName, String name, Options options, Position position) {
  /**
   * What CREATE SEQUENCE says.
   *
   * @param increment from a value to the next; not 0
   * @param cycle whether the smallest value follows the largest, or the other way round
   * @param cache how many values are reserved at a time, at least
   */
  public record Options(
      long start, long increment, long minimum, long maximum, boolean cycle, long cache) {
    public Options {
      if (increment == 0 || minimum > maximum || start < minimum || start > maximum || cache < 1) {
        throw new IllegalArgumentException(
            "no sequence starts with %d by %d from %d to %d, cache %d"
                .formatted(start, increment, minimum, maximum, cache));
      }
    }

    /** What follows a value. */
    Position after(long value, int restarts) {
      long left = increment > 0 ? maximum - value : value - minimum;
      long step = increment > 0 ? increment : -increment;
      if (Long.compareUnsigned(left, step) >= 0) {
        return new Position(value + increment, false, restarts);
      }
      return new Position(increment > 0 ? minimum : maximum, !cycle, restarts);
    }
  }

  /**
   * Where a sequence goes on: all values before have been given, or are reserved.
   *
   * @param next the first value that is not reserved
   * @param exhausted whether there is none
   * @param restarts how often the position has been set
   */
  public record Position(long next, boolean exhausted, int restarts) {}

  /** A sequence that has given nothing. */
  public static SequenceDefinition create(
      TableId id, String schemaName, String name, Options options) {
    return new SequenceDefinition(
        id, schemaName, name, options, new Position(options.start(), false, 0));
  }

  public SequenceDefinition with(Options other) {
    return new SequenceDefinition(id, schemaName, name, other, position);
  }

  public SequenceDefinition with(Position other) {
    return new SequenceDefinition(id, schemaName, name, options, other);
  }

  /**
   * Goes on with a value, or behind it.
   *
   * @param given whether the value counts as given
   */
  public SequenceDefinition restarted(long value, boolean given) {
    int restarts = position.restarts() + 1;
    return with(given ? options.after(value, restarts) : new Position(value, false, restarts));
  }

  /**
   * How many values may be reserved from the position on without coming to the last one's end.
   *
   * @param most at least 1
   */
  public long reservable(long most) {
    long increment = options.increment();
    long steps =
        increment > 0
            ? Long.divideUnsigned(options.maximum() - position.next(), increment)
            : Long.divideUnsigned(position.next() - options.minimum(), -increment);
    return Long.compareUnsigned(steps, most - 1) < 0 ? steps + 1 : most;
  }

  /** The position once so many values are reserved. */
  public Position after(long values) {
    return options.after(position.next() + options.increment() * (values - 1), position.restarts());
  }
}
