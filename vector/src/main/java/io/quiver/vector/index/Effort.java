package io.quiver.vector.index;

/** How hard a search should try. */
public sealed interface Effort {
  /** As the index was built to try. */
  Effort DEFAULT = new Default();

  /** The index's own measure: candidates kept (ef_search) in a graph, lists probed in ivf. */
  static Effort of(int value) {
    return new Fixed(value);
  }

  /** So that this part of the k nearest is found, as measured on a sample when it was built. */
  static Effort recall(double target) {
    return new Recall(target);
  }

  /** See {@link #DEFAULT}. */
  record Default() implements Effort {}

  /** See {@link #of}. */
  record Fixed(int value) implements Effort {
    public Fixed {
      if (value < 1) {
        throw new IllegalArgumentException("effort is " + value + ", it must be at least 1");
      }
    }
  }

  /** See {@link #recall}. */
  record Recall(double target) implements Effort {
    public Recall {
      if (!(target > 0 && target <= 1)) {
        throw new IllegalArgumentException(
            "the recall wanted is " + target + ", it must be above 0 and at most 1");
      }
    }
  }
}
