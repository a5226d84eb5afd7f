package io.quiver.storage.transaction;

import io.quiver.storage.memtable.KeyIndex;
import io.quiver.storage.memtable.Keys;
import io.quiver.types.Column;
import java.util.Arrays;
import java.util.List;

/**
 * The rows that left a key index last, so that a snapshot which is a little older than the index
 * still finds them. A ring: the oldest entries give way. Its owner locks.
 */
final class RemovedKeys {
  private static final int CAPACITY_MIN = 64;
  private static final int CAPACITY_MAX = 16_384;

  private int[] hashes = new int[0];
  private long[] rowIds = new long[0];
  private long[] versions = new long[0];

  /** Entries so far; the last of them stand in the ring. */
  private long count;

  /** The version of the last entry that gave way; snapshots before it are too old. */
  private long forgotten;

  /** Of an index that begins with a version's rows. */
  RemovedKeys(CommitVersion first) {
    forgotten = first.value();
  }

  /** Notes a row that a commit removed; versions never go back. */
  void add(int hash, long rowId, CommitVersion version) {
    if (count == hashes.length && hashes.length < CAPACITY_MAX) {
      int capacity = Math.max(CAPACITY_MIN, 2 * hashes.length);
      hashes = Arrays.copyOf(hashes, capacity);
      rowIds = Arrays.copyOf(rowIds, capacity);
      versions = Arrays.copyOf(versions, capacity);
    }
    int at = (int) (count % hashes.length);
    if (count >= hashes.length) {
      forgotten = versions[at];
    }
    hashes[at] = hash;
    rowIds[at] = rowId;
    versions[at] = version.value();
    count++;
  }

  /** As {@link KeyGuard#find(TableState, CommitVersion, List, int)}, among these rows. */
  long find(TableState snapshot, CommitVersion version, List<Column> keys, int row) {
    long first = Math.max(0, count - hashes.length);
    int hash = 0;
    for (long i = count - 1; i >= first; i--) {
      int at = (int) (i % hashes.length);
      if (versions[at] <= version.value()) {
        break;
      }
      hash = i == count - 1 ? Keys.hash(keys, row) : hash;
      if (hashes[at] == hash
          && snapshot.isLive(rowIds[at])
          && snapshot.hasKey(rowIds[at], keys, row)) {
        return rowIds[at];
      }
    }
    return forgotten > version.value() ? KeyGuard.UNKNOWN : KeyIndex.ABSENT;
  }
}
