/** Snapshots, transactions, and the one path by which a commit becomes durable and then visible. */
@NullMarked
package io.quiver.storage.transaction;

import org.jspecify.annotations.NullMarked;
