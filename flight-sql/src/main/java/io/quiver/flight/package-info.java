/** Speaks Arrow Flight SQL to a Session. */
@NullMarked
package io.quiver.flight;

import org.jspecify.annotations.NullMarked;
