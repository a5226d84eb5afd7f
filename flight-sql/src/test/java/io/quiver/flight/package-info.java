/** Drives the endpoint with Arrow's own clients. Knows nothing of storage or planning. */
@NullMarked
package io.quiver.flight;

import org.jspecify.annotations.NullMarked;
