/**
 * Runs plans. What can be run is the sealed language in {@code plan}; {@code operator} runs it
 * batch by batch and {@code expression} computes values over columns. Has never heard of SQL text.
 */
@NullMarked
package io.quiver.executor;

import org.jspecify.annotations.NullMarked;
