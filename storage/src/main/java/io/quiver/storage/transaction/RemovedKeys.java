package io.quiver.storage.transaction;

import io.quiver.storage.memtable.KeyIndex;
import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * The rows that left a key index last, so that a snapshot which is a little older than the index
 * still finds them. A ring: the oldest entries give way. Its lock owns it; a snapshot that nothing
 * has happened since takes none.
 *
 * <p>Entries of a commit that is undone stay. They do no harm, since an entry counts only where its
 * row is live in the snapshot and has the key; and they are needed, by whoever has met the commit's
 * rows in the index and then looks here. Versions that are given anew come behind them, so that a
 * search may end at a version that is not above the snapshot's: what lies before it and counts is
 * older yet.
 */
final class RemovedKeys {
  private static final int CAPACITY_MIN = 64;
  private static final int CAPACITY_MAX = 16_384;

  private long[] hashes = new long[0];
  private long[] rowIds = new long[0];
  private long[] versions = new long[0];

  /** Entries so far; those from {@link #oldest} on stand in the ring. */
  private long count;

  private long oldest;

  /** The version of the last entry that gave way; snapshots before it are too old. */
  private long forgotten;

  /** The version of the last entry, or of what has been forgotten. */
  private volatile long newest;

  /** Of an index that begins with a version's rows. */
  RemovedKeys(CommitVersion first) {
    forgotten = first.value();
    newest = first.value();
  }

  /** Snapshots before a version are too old from now on. */
  synchronized void forget(CommitVersion version) {
    forgotten = version.value();
    newest = version.value();
  }

  /**
   * Notes the rows that a commit removed, one for each hash. Versions go back only by commits that
   * are undone.
   */
  synchronized void add(long[] removedHashes, long[] removedRowIds, CommitVersion version) {
    for (int i = 0; i < removedHashes.length; i++) {
      add(removedHashes[i], removedRowIds[i], version.value());
    }
    if (removedHashes.length > 0) {
      newest = version.value();
    }
  }

  private void add(long hash, long rowId, long version) {
    if (count == hashes.length && hashes.length < CAPACITY_MAX) {
      int capacity = Math.max(CAPACITY_MIN, 2 * hashes.length);
      hashes = Arrays.copyOf(hashes, capacity);
      rowIds = Arrays.copyOf(rowIds, capacity);
      versions = Arrays.copyOf(versions, capacity);
    }
    int at = (int) (count % hashes.length);
    if (count - oldest == hashes.length) {
      forgotten = versions[at];
      oldest++;
    }
    hashes[at] = hash;
    rowIds[at] = rowId;
    versions[at] = version;
    count++;
  }

  /**
   * The row with a key among those that have been removed since a snapshot.
   *
   * @param hasKey whether a row is live in the snapshot and has the key
   * @return {@link KeyIndex#ABSENT} for none, {@link KeyGuard#UNKNOWN} when too much has happened
   */
  long find(CommitVersion version, long hash, LongPredicate hasKey) {
    return newest <= version.value() ? KeyIndex.ABSENT : search(version, hash, hasKey);
  }

  private synchronized long search(CommitVersion version, long hash, LongPredicate hasKey) {
    for (long i = count - 1; i >= oldest; i--) {
      int at = (int) (i % hashes.length);
      if (versions[at] <= version.value()) {
        break;
      }
      if (hashes[at] == hash && hasKey.test(rowIds[at])) {
        return rowIds[at];
      }
    }
    return forgotten > version.value() ? KeyGuard.UNKNOWN : KeyIndex.ABSENT;
  }
}
