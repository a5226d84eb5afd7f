package io.quiver.storage.catalog;

/** An index for ever; a new index of the same name gets another. */
public record IndexId(long value) {}
