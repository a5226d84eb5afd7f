/** csv and JSON lines: files whose values are text. */
@NullMarked
package io.quiver.formats.text;

import org.jspecify.annotations.NullMarked;
