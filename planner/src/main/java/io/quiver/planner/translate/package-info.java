/**
 * From Calcite's optimised tree to the executor's plan: types, functions, expressions, operators,
 * and the vector search among them. Knows no SQL text and resolves no name.
 */
@NullMarked
package io.quiver.planner.translate;

import org.jspecify.annotations.NullMarked;
