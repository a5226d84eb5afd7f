/** Arrow IPC files and streams, by their format's metadata alone. */
@NullMarked
package io.quiver.formats.arrow;

import org.jspecify.annotations.NullMarked;
