/**
 * The fused quantised graph (Gou et al., SymphonyQG, SIGMOD 2025): each node's block holds its own
 * point and, once for each of its 32 neighbours, a code of one bit a dimension, so that one read of
 * memory serves a whole step of a search. It knows points of a Euclidean space and graphs; metrics
 * it leaves to {@link io.quiver.vector.index.EuclideanRows}.
 *
 * <p>Read {@link io.quiver.vector.index.fused.FusedLayout} for what a block is, then {@code
 * FusedWalk} for the search, and {@code FusedGraphBuilder} for where the graph comes from.
 */
@NullMarked
package io.quiver.vector.index.fused;

import org.jspecify.annotations.NullMarked;
