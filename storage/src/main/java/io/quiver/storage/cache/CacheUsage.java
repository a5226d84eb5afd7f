package io.quiver.storage.cache;

/**
 * Figures of a cache at one moment, and since it was made.
 *
 * @param entries copies that are there
 * @param bytes that these take
 * @param releasedBytes of copies that have given way, and are there as long as someone reads them
 *     or until the garbage collector has found that nobody does
 * @param hits how often a copy was asked for and there
 * @param misses how often it was not, so that the file was read or its map used
 * @param evictions copies that have given way to others
 */
public record CacheUsage(
    Content content,
    long entries,
    long bytes,
    long releasedBytes,
    long hits,
    long misses,
    long evictions) {}
