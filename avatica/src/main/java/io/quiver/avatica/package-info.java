/** Speaks Avatica to a Session, for the server's endpoint and for embedded JDBC alike. */
@NullMarked
package io.quiver.avatica;

import org.jspecify.annotations.NullMarked;
