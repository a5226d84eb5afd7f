/**
 * Validates, optimises, and translates Calcite's tree into the executor's plans. Knows names, types
 * and rules; knows no rows, no files and no sessions.
 */
@NullMarked
package io.quiver.planner;

import org.jspecify.annotations.NullMarked;
