package io.quiver.storage.log;

import java.lang.foreign.MemorySegment;

/**
 * What one call of {@link LogWriter#append} wrote.
 *
 * @param payload read-only native memory, unaligned, alive as long as it is reachable
 */
public record LogRecord(Lsn lsn, MemorySegment payload) {}
