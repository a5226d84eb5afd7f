/**
 * Values that cross walls between rooms: SQL types, schemas, columns and batches in Arrow's memory
 * layout, and errors with their SQLSTATE. Knows no I/O, no threads, no SQL text.
 */
@NullMarked
package io.quiver.types;

import org.jspecify.annotations.NullMarked;
