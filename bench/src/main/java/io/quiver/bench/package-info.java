/** Questions about speed and memory, one class each. */
@NullMarked
package io.quiver.bench;

import org.jspecify.annotations.NullMarked;
