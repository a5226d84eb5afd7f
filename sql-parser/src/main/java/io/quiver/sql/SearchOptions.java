package io.quiver.sql;

import org.jspecify.annotations.Nullable;

/**
 * How the searches of one statement go about it, where that says so; else the session's settings
 * count.
 *
 * @param efSearch candidates that a graph keeps; 0 where nothing is said
 * @param probes lists that an inverted file looks into; 0 where nothing is said
 * @param recall of the k nearest, the part to find, 1 for exact; 0 where nothing is said
 * @param index the name of the one that may serve, or null for any
 */
public record SearchOptions(int efSearch, int probes, double recall, @Nullable String index) {
  /** Nothing is said. */
  public static final SearchOptions UNSAID = new SearchOptions(0, 0, 0, null);

  /** What stands for no index. */
  static final String NONE_NAME = "none";
}
