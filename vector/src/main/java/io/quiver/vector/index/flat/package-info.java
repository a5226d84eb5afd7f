/** Exact search: every row that qualifies is measured. Knows nothing of other indexes. */
@NullMarked
package io.quiver.vector.index.flat;

import org.jspecify.annotations.NullMarked;
