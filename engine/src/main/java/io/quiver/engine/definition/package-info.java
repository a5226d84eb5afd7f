/**
 * Statements that change the catalog: schemas, tables, views, indexes and comments. Each works in
 * the transaction that it is given; it knows names and dependencies, and leaves rows to storage.
 */
@NullMarked
package io.quiver.engine.definition;

import org.jspecify.annotations.NullMarked;
