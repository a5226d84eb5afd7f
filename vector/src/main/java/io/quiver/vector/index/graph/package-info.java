/**
 * What a greedy walk over any graph of rows keeps: the nearest nodes that it has met, and which
 * nodes it has seen. It knows node numbers and distances; it must not know where links or distances
 * come from.
 */
@NullMarked
package io.quiver.vector.index.graph;

import org.jspecify.annotations.NullMarked;
