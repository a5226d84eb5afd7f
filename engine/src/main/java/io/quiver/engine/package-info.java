/**
 * The one door: {@link io.quiver.engine.Database#open} and {@link
 * io.quiver.engine.Session#execute}. Endpoints know this room and nothing behind it.
 */
@NullMarked
package io.quiver.engine;

import org.jspecify.annotations.NullMarked;
