/**
 * What near means: metrics, encodings, and kernels that compute the one over rows in the other. Of
 * a block of rows {@link io.quiver.vector.distance.DistanceKernels} gives exact distances, with a
 * plain twin where the JVM has no Vector API; to rows scattered over memory, as a graph meets them,
 * {@link io.quiver.vector.distance.PointDistances} gives what orders as they do. It knows nothing
 * of indexes.
 */
@NullMarked
package io.quiver.vector.distance;

import org.jspecify.annotations.NullMarked;
