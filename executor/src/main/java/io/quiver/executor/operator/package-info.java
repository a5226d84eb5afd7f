/** Pull-based operators over column batches, and the builder that turns a plan into them. */
@NullMarked
package io.quiver.executor.operator;

import org.jspecify.annotations.NullMarked;
