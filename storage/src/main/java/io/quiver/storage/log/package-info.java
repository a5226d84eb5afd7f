/** The write-ahead log: records, files, group fsync. */
@NullMarked
package io.quiver.storage.log;

import org.jspecify.annotations.NullMarked;
