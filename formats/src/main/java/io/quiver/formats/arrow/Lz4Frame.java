package io.quiver.formats.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Expands one frame of the LZ4 frame format (1.6): a header, then blocks of which a match may reach
 * back into those before, then an end mark. Checksums are passed over; a match or a length that
 * leads out of the frame or of what was expanded is an {@link IndexOutOfBoundsException}.
 */
final class Lz4Frame {
  private static final int MAGIC = 0x184D2204;
  private static final int BLOCK_CHECKSUM = 0x10;
  private static final int CONTENT_SIZE = 0x08;
  private static final int DICTIONARY = 0x01;
  private static final int STORED = 0x8000_0000;
  private static final int MATCH_MIN = 4;

  private final ByteBuffer in;
  private final byte[] out;
  private int at;

  private Lz4Frame(byte[] frame, int length) {
    this.in = ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN);
    this.out = new byte[length];
  }

  /**
   * Expands a frame.
   *
   * @param length how many bytes it expands to
   * @throws IllegalArgumentException when it is no such frame, or expands to fewer bytes
   */
  static byte[] expand(byte[] frame, int length) {
    Lz4Frame reader = new Lz4Frame(frame, length);
    try {
      reader.read();
    } catch (java.nio.BufferUnderflowException e) {
      throw new IllegalArgumentException("the frame is cut off", e);
    }
    if (reader.at != length) {
      throw new IllegalArgumentException("the frame expands to " + reader.at + " bytes");
    }
    return reader.out;
  }

  private void read() {
    if (in.getInt() != MAGIC) {
      throw new IllegalArgumentException("no LZ4 frame");
    }
    int flags = in.get();
    in.get();
    if ((flags & DICTIONARY) != 0) {
      throw new IllegalArgumentException("the frame needs a dictionary");
    }
    skip((flags & CONTENT_SIZE) != 0 ? 9 : 1);
    for (int size = in.getInt(); size != 0; size = in.getInt()) {
      int bytes = size & ~STORED;
      if (bytes > in.remaining()) {
        throw new IllegalArgumentException("a block of " + bytes + " bytes is cut off");
      }
      int end = in.position() + bytes;
      if ((size & STORED) != 0) {
        literals(bytes);
      } else {
        block(end);
      }
      skip((flags & BLOCK_CHECKSUM) != 0 ? 4 : 0);
    }
  }

  private void skip(int bytes) {
    in.position(Math.min(in.limit(), in.position() + bytes));
  }

  /** Sequences of literals and a match; the last one has literals alone. */
  private void block(int end) {
    while (in.position() < end) {
      int token = in.get() & 0xFF;
      literals(length(token >> 4));
      if (in.position() >= end) {
        return;
      }
      int distance = in.getShort() & 0xFFFF;
      match(distance, length(token & 0xF) + MATCH_MIN);
    }
  }

  private int length(int nibble) {
    int length = nibble;
    if (nibble == 15) {
      int more;
      do {
        more = in.get() & 0xFF;
        length = Math.addExact(length, more);
      } while (more == 255);
    }
    return length;
  }

  private void literals(int count) {
    if (count > out.length - at) {
      throw new IllegalArgumentException("the frame expands to more than " + out.length + " bytes");
    }
    in.get(out, at, count);
    at += count;
  }

  /** A match may overlap what it makes. */
  private void match(int distance, int count) {
    if (distance == 0 || distance > at || count > out.length - at) {
      throw new IllegalArgumentException("a match leads out of the frame");
    }
    for (int i = 0; i < count; i++) {
      out[at] = out[at - distance];
      at++;
    }
  }
}
