@NullMarked
package io.quiver.formats;

import org.jspecify.annotations.NullMarked;
