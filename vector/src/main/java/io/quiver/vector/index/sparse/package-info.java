/**
 * Search among sparse vectors, of which most elements are zero, by inner product: what learned
 * sparse models and BM25 weights need. It is exact. {@link
 * io.quiver.vector.index.sparse.SparseSearcher} says how, and {@code SparseLists} what is written.
 * It shares filters and results with the dense indexes, and nothing else.
 */
@NullMarked
package io.quiver.vector.index.sparse;

import org.jspecify.annotations.NullMarked;
