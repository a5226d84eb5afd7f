package io.quiver.storage.segment;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/** CRC32C over memory of any size. */
public final class Checksum {
  /** A ByteBuffer holds less than 2 GiB. */
  private static final long CHUNK_BYTES = 1L << 30;

  private final CRC32C crc = new CRC32C();

  public static int of(MemorySegment bytes) {
    return new Checksum().add(bytes).value();
  }

  Checksum add(MemorySegment bytes) {
    for (long done = 0; done < bytes.byteSize(); done += CHUNK_BYTES) {
      long chunk = Math.min(CHUNK_BYTES, bytes.byteSize() - done);
      crc.update(bytes.asSlice(done, chunk).asByteBuffer());
    }
    return this;
  }

  int value() {
    return (int) crc.getValue();
  }
}
