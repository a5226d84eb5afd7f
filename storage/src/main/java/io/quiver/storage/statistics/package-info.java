/**
 * What is known of a column's values without reading them: ranges, counts, sketches. Says what may
 * be there, and never that something is. Knows no files.
 */
@NullMarked
package io.quiver.storage.statistics;

import org.jspecify.annotations.NullMarked;
