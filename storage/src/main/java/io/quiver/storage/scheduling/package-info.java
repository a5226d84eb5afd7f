/**
 * Time and threads. It knows no rows and no files: whoever works in the background, looks at a
 * clock or waits for a while does so through {@link io.quiver.storage.scheduling.Scheduler}, so
 * that a test can decide what runs when.
 */
@NullMarked
package io.quiver.storage.scheduling;

import org.jspecify.annotations.NullMarked;
