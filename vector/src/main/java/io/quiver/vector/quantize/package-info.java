/**
 * Codes that stand for vectors: random rotations and what is rounded after them. It knows points of
 * a Euclidean space in native memory, and nothing of the index that keeps the codes.
 */
@NullMarked
package io.quiver.vector.quantize;

import org.jspecify.annotations.NullMarked;
