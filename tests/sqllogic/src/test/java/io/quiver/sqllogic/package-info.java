/**
 * Runs the specification: {@code .slt} files, over every interface. Knows JDBC alone; whatever SQL
 * can express is tested here and nowhere else.
 */
@NullMarked
package io.quiver.sqllogic;

import org.jspecify.annotations.NullMarked;
