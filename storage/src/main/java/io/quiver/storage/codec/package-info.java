/** Numbers and text as little-endian bytes, for what Quiver writes beside Arrow files. */
@NullMarked
package io.quiver.storage.codec;

import org.jspecify.annotations.NullMarked;
