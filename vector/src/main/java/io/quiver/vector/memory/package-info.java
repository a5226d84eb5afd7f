/**
 * Native memory as kernels and indexes use it: addresses, huge pages, prefetch, reads of blocks.
 */
@NullMarked
package io.quiver.vector.memory;

import org.jspecify.annotations.NullMarked;
