/** What near means: metrics, and kernels that compute them over packed rows. */
@NullMarked
package io.quiver.vector.distance;

import org.jspecify.annotations.NullMarked;
