/**
 * What a filter demands of single columns, for whoever can say without looking at rows that none of
 * them qualifies. Knows no SQL: the executor makes predicates of filters.
 */
@NullMarked
package io.quiver.storage.predicate;

import org.jspecify.annotations.NullMarked;
