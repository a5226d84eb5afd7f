/** Which segments and deletes make up a table at a commit, installed by atomic rename. */
@NullMarked
package io.quiver.storage.manifest;

import org.jspecify.annotations.NullMarked;
