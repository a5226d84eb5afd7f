/**
 * Rows in memory: blocks that grow at the end while readers hold views of them, bitmaps of deleted
 * rows, and the index of primary keys. Knows nothing of transactions, versions, or files.
 */
@NullMarked
package io.quiver.storage.memtable;

import org.jspecify.annotations.NullMarked;
