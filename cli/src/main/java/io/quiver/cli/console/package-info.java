/**
 * The console: reads SQL, runs it over JDBC, and writes results. It knows JDBC alone, so that an
 * embedded database and a server behave alike; it must not know the engine.
 */
@NullMarked
package io.quiver.cli.console;

import org.jspecify.annotations.NullMarked;
