package io.quiver.storage.file;

import java.util.random.RandomGenerator;

/** How much of what was not made durable a power cut leaves. */
enum Survival {
  NOTHING,
  EVERYTHING,
  /** What was done first, as a journal leaves it. */
  PREFIX,
  /** Any of it, as a drive that reorders leaves it. */
  ANY;

  static Survival of(RandomGenerator random) {
    return values()[random.nextInt(values().length)];
  }

  boolean keeps(int index, int reached, RandomGenerator random) {
    return switch (this) {
      case NOTHING -> false;
      case EVERYTHING -> true;
      case PREFIX -> index < reached;
      case ANY -> random.nextBoolean();
    };
  }
}
