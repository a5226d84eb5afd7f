/**
 * Hierarchical navigable small worlds (Malkov and Yashunin, TPAMI 2018): a graph in flat native
 * memory whose nodes are an index's rows. It knows rows, codes of rows and distances between them;
 * it must not know where rows come from or how long they are visible.
 */
@NullMarked
package io.quiver.vector.index.hnsw;

import org.jspecify.annotations.NullMarked;
