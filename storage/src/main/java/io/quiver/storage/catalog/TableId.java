package io.quiver.storage.catalog;

/** A table for ever: it survives a rename, and a new table of the same name gets another. */
public record TableId(long value) {}
