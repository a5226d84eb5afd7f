/**
 * A database as a directory of files that other programs read: SQL text and Arrow. It knows a JDBC
 * connection, the formats and the session behind an embedded connection, and nothing of storage.
 */
@NullMarked
package io.quiver.cli.dump;

import org.jspecify.annotations.NullMarked;
