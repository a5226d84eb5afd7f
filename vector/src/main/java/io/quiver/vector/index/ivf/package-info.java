/**
 * Inverted files: rows in lists around centroids, of which a search scans the nearest. It knows
 * what a list keeps of a row, in which order lists are probed and when a search has seen enough;
 * codes and k-means it has from {@link io.quiver.vector.quantize}.
 */
@NullMarked
package io.quiver.vector.index.ivf;

import org.jspecify.annotations.NullMarked;
