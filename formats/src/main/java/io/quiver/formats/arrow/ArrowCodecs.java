package io.quiver.formats.arrow;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import io.quiver.formats.InputFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.CompressionType;

/** Expands compressed buffers: LZ4 by itself, Zstandard with a library that need not be there. */
final class ArrowCodecs {
  /** What one buffer may expand to, in bytes. */
  static final long EXPANDED_BYTES_MAX = 1L << 30;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final int LENGTH_BYTES = 8;
  private static final long NOT_COMPRESSED = -1;

  private ArrowCodecs() {}

  /** A buffer is its expanded length (long, -1 where it is not compressed), then its bytes. */
  static MemorySegment expand(InputFile file, MemorySegment buffer, byte codec) {
    if (buffer.byteSize() < LENGTH_BYTES) {
      throw file.damaged("a compressed buffer of " + buffer.byteSize() + " bytes");
    }
    long length = buffer.get(LONG, 0);
    MemorySegment content = buffer.asSlice(LENGTH_BYTES);
    if (length == NOT_COMPRESSED) {
      return content;
    }
    if (length < 0 || length > EXPANDED_BYTES_MAX) {
      throw file.damaged(
          "a buffer that expands to "
              + length
              + " bytes, at most "
              + EXPANDED_BYTES_MAX
              + " are read");
    }
    byte[] bytes = content.toArray(JAVA_BYTE);
    byte[] expanded;
    try {
      expanded =
          codec == CompressionType.ZSTD
              ? Zstd.decompress(bytes, (int) length)
              : Lz4Frame.expand(bytes, (int) length);
    } catch (NoClassDefFoundError e) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name()
              + " is compressed with Zstandard; to read it, put com.github.luben:zstd-jni on the"
              + " class path",
          e);
    } catch (ZstdException | IllegalArgumentException | ArithmeticException e) {
      throw file.damaged("a buffer cannot be expanded: " + e.getMessage());
    }
    if (expanded.length != length) {
      throw file.damaged("a buffer expands to " + expanded.length + " bytes, not to " + length);
    }
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(length, 8), 64).asSlice(0, length);
    MemorySegment.copy(expanded, 0, memory, JAVA_BYTE, 0, expanded.length);
    return memory;
  }
}
