/**
 * What part of the nearest rows an index finds: measured on samples when it is built, and watched
 * while it serves. Knows indexes by their interfaces alone.
 */
@NullMarked
package io.quiver.vector.index.recall;

import org.jspecify.annotations.NullMarked;
