/** Validates, optimises, and translates Calcite's tree into the executor's plans. */
@NullMarked
package io.quiver.planner;

import org.jspecify.annotations.NullMarked;
