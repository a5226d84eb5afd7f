/**
 * Search among sparse vectors, of which most elements are zero, by inner product: what learned
 * sparse models and BM25 weights need. Exact.
 */
@NullMarked
package io.quiver.vector.index.sparse;

import org.jspecify.annotations.NullMarked;
