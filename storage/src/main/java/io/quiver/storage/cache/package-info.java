/**
 * What is kept in memory of files that never change: copies within a budget, and views of mapped
 * files beyond it. It knows the file system and bytes, and neither columns nor tables.
 */
@NullMarked
package io.quiver.storage.cache;

import org.jspecify.annotations.NullMarked;
