/** The plan language: immutable records that the planner builds and the operators run. */
@NullMarked
package io.quiver.executor.plan;

import org.jspecify.annotations.NullMarked;
