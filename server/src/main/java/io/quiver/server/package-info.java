/** The network: endpoints, sessions, configuration, lifecycle. */
@NullMarked
package io.quiver.server;

import org.jspecify.annotations.NullMarked;
