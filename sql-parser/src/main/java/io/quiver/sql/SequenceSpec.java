package io.quiver.sql;

import org.jspecify.annotations.Nullable;

/**
 * What CREATE SEQUENCE and ALTER SEQUENCE say; null where they say nothing.
 *
 * @param minimum as said, or {@link Bound#NONE}
 * @param restart where RESTART goes on; null with {@code restarts} for the start
 */
public record SequenceSpec(
    @Nullable Long start,
    @Nullable Long increment,
    @Nullable Bound minimum,
    @Nullable Bound maximum,
    @Nullable Boolean cycle,
    @Nullable Long cache,
    boolean restarts,
    @Nullable Long restart) {
  /**
   * MINVALUE, or NO MINVALUE.
   *
   * @param value null for the one that is usual
   */
  public record Bound(@Nullable Long value) {
    public static final Bound NONE = new Bound(null);
  }
}
