/**
 * A graph for rows that are larger than memory: links and short codes stay in memory and lead the
 * search; rows are read from disk to rank its last candidates. After DiskANN (Subramanya et al.,
 * NeurIPS 2019), with codes good enough that only candidates are read, not each node on the way.
 */
@NullMarked
package io.quiver.vector.index.disk;

import org.jspecify.annotations.NullMarked;
