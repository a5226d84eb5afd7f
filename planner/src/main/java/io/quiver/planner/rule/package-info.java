/**
 * Which of Calcite's rewriting rules run on a statement, and in which order. Knows relational
 * algebra only, nothing of our plans.
 */
@NullMarked
package io.quiver.planner.rule;

import org.jspecify.annotations.NullMarked;
