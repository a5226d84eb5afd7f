/**
 * SQL text to a sealed {@link io.quiver.sql.Statement}. Knows grammar, vector types and operators;
 * knows no catalog.
 */
@NullMarked
package io.quiver.sql;

import org.jspecify.annotations.NullMarked;
