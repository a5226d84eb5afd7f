/**
 * What tables there are, and their columns. Changes are log records in their transaction's batch,
 * so DDL is transactional.
 */
@NullMarked
package io.quiver.storage.catalog;

import org.jspecify.annotations.NullMarked;
