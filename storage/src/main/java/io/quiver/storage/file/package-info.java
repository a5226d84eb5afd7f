/**
 * The only place that touches files, the clock and random numbers, with a local and a simulated
 * provider of each.
 */
@NullMarked
package io.quiver.storage.file;

import org.jspecify.annotations.NullMarked;
