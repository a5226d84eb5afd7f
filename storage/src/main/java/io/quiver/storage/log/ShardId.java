package io.quiver.storage.log;

/** One of the logs of a database; a single node has only the first. */
public record ShardId(int value) {
  public static final ShardId FIRST = new ShardId(0);

  public ShardId {
    if (value < 0) {
      throw new IllegalArgumentException("a shard's number is not negative, found " + value);
    }
  }
}
