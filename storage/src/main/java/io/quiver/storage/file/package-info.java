/** The only place that touches files, with a local, a faulty and a simulated provider. */
@NullMarked
package io.quiver.storage.file;

import org.jspecify.annotations.NullMarked;
