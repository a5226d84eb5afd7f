/** Scalar expressions, and their evaluation over a batch, a column at a time. */
@NullMarked
package io.quiver.executor.expression;

import org.jspecify.annotations.NullMarked;
