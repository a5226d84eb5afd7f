/** Semantic search over the documentation of well-known libraries: Quiver's tutorial. */
@NullMarked
package io.quiver.examples.javadoc;

import org.jspecify.annotations.NullMarked;
