/**
 * Makes rows durable and gives consistent snapshots. {@link io.quiver.storage.Store} is the door;
 * it knows batches and schemas, and has never heard of SQL text or plans.
 */
@NullMarked
package io.quiver.storage;

import org.jspecify.annotations.NullMarked;
