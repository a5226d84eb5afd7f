package io.quiver.storage.cache;

/** Bytes of a file. */
public record FileRange(String path, long at, long bytes) {}
