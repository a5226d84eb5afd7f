/** Distance kernels, quantizers and indexes over plain memory; has never heard of SQL or files. */
@NullMarked
package io.quiver.vector;

import org.jspecify.annotations.NullMarked;
