/**
 * The seam for processors beside this one, such as GPUs: what a device does for the indexes, the
 * CPU as the device that is always there, and how others are found.
 */
@NullMarked
package io.quiver.vector.device;

import org.jspecify.annotations.NullMarked;
