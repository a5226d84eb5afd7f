/** Vectors and numbers without names, as arrays lay them out: fvecs, ivecs, bvecs and npy. */
@NullMarked
package io.quiver.formats.dense;

import org.jspecify.annotations.NullMarked;
