/**
 * COPY: rows between tables and files. Knows formats, transactions and plans; which files a session
 * may touch is told to it.
 */
@NullMarked
package io.quiver.engine.copy;

import org.jspecify.annotations.NullMarked;
