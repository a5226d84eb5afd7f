package io.quiver.storage.index;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.catalog.IndexId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the indexes of some rows: those of a segment, or of a block in memory. All
 * versions of the rows share it. Safe for many threads; whoever makes an index holds its lock.
 */
public final class PartIndexes {
  private final Map<IndexId, Entry> entries = new ConcurrentHashMap<>();
  private final Map<IndexId, InterimIndex> interim = new ConcurrentHashMap<>();
  private final boolean growing;

  /**
   * @param growing whether they are of a block to which rows are added, all of whose views share
   *     them
   */
  public PartIndexes(boolean growing) {
    this.growing = growing;
  }

  /** Whether they are of a block to which rows are added. */
  public boolean isGrowing() {
    return growing;
  }

  /** What is known of an index. */
  public sealed interface Entry {
    /** It is there, in memory alone. */
    record Present(ScalarIndex index) implements Entry {}

    /** It is that of a block that grows, as far as views of it have been asked for. */
    record Growing(GrowingIndex index) implements Entry {}

    /** It has a file. */
    record Stored(Cached<ScalarIndex> index) implements Entry {}

    /** It is there, an index on vectors. */
    record Vectors(SegmentVectorIndex index) implements Entry {}

    /** It is to be made, an index on vectors, and goes on with the graph of another. */
    record Reusable(ReusedGraph graph) implements Entry {}

    /** It has been looked for and is to be made. */
    record Absent() implements Entry {}

    /** It is an index on vectors that was not made, which may be tried again. */
    record GivenUp(MissingIndex why) implements Entry {}
  }

  public @Nullable Entry get(IndexId index) {
    return entries.get(index);
  }

  public void putIfAbsent(IndexId index, Entry entry) {
    entries.putIfAbsent(index, entry);
  }

  /**
   * Forgets indexes on vectors, which are large, but for some: who still reads others keeps them.
   */
  public void retainVectors(Predicate<IndexId> there) {
    entries
        .entrySet()
        .removeIf(e ->
            (e.getValue() instanceof Entry.Vectors || e.getValue() instanceof Entry.Reusable)
                && !there.test(e.getKey()));
    interim.keySet().removeIf(there.negate());
  }

  /** What serves searches until an index on vectors is there, or null. */
  public @Nullable InterimIndex interim(IndexId index) {
    return interim.get(index);
  }

  /** The same, made where there is none. */
  public InterimIndex interim(IndexId index, Supplier<InterimIndex> empty) {
    return interim.computeIfAbsent(index, id -> empty.get());
  }

  public void removeInterim(IndexId index) {
    interim.remove(index);
  }

  /** Forgets that an index was given up, if it was. */
  public void removeGivenUp(IndexId index) {
    entries.computeIfPresent(index, (id, entry) -> entry instanceof Entry.GivenUp ? null : entry);
  }

  /** Whether an index on vectors is there, or was given up. */
  public boolean hasVectors() {
    return entries.values().stream()
        .anyMatch(entry -> entry instanceof Entry.Vectors || entry instanceof Entry.GivenUp);
  }

  public void put(IndexId index, Entry entry) {
    entries.put(index, entry);
  }
}
