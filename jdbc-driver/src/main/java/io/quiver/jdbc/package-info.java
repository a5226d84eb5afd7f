/** The JDBC driver: a thin Avatica client for Java 17; knows nothing of the engine. */
@NullMarked
package io.quiver.jdbc;

import org.jspecify.annotations.NullMarked;
