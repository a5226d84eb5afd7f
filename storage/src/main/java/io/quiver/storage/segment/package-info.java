/** Immutable columns on disk as Arrow IPC files, and what reads and writes them. */
@NullMarked
package io.quiver.storage.segment;

import org.jspecify.annotations.NullMarked;
