/**
 * Runs a store, its background threads and its clients on one thread, in an order that a seed
 * decides. It knows the seams of {@code storage.scheduling} and {@code storage.file}, and no rows.
 */
@NullMarked
package io.quiver.storage.simulation;

import org.jspecify.annotations.NullMarked;
