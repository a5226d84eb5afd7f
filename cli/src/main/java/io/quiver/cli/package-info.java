/** The commands, and the composition root of a process. */
@NullMarked
package io.quiver.cli;

import org.jspecify.annotations.NullMarked;
