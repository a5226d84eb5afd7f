package io.quiver.formats;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is written under another name beside it, and gets its own when it is complete. Owned
 * by one thread.
 */
public final class OutputFile implements AutoCloseable {
  private static final long BUFFER_BYTES = 1L << 20;

  private final Path path;
  private final Path temporary;
  private final FileChannel channel;
  private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_BYTES, 64);
  private long buffered;
  private long position;
  private boolean finished;

  private OutputFile(Path path, Path temporary, FileChannel channel) {
    this.path = path;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Starts a file.
   *
   * @throws QuiverException 42809 when a directory has its name, 58030
   */
  public static OutputFile create(Path path) {
    if (Files.isDirectory(path)) {
      throw new QuiverException(
          ErrorCode.WRONG_OBJECT_TYPE, "\"" + path + "\" is a directory, expected a file");
    }
    Path temporary = path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID());
    try {
      return new OutputFile(
          path,
          temporary,
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw InputFile.failure(path, "cannot be written", e);
    }
  }

  /** Bytes written so far. */
  public long position() {
    return position;
  }

  public void write(MemorySegment bytes) {
    if (bytes.byteSize() > BUFFER_BYTES - buffered) {
      flush();
    }
    if (bytes.byteSize() > BUFFER_BYTES) {
      writeNow(bytes, position);
    } else {
      MemorySegment.copy(bytes, 0, buffer, buffered, bytes.byteSize());
      buffered += bytes.byteSize();
    }
    position += bytes.byteSize();
  }

  public void write(byte[] bytes) {
    write(MemorySegment.ofArray(bytes));
  }

  /** Zeros up to the next multiple. */
  public void align(int multiple) {
    int missing = (int) (Math.ceilDiv(position, multiple) * multiple - position);
    if (missing > 0) {
      write(new byte[missing]);
    }
  }

  /** Replaces bytes at the start that have been written already. */
  public void overwriteStart(byte[] bytes) {
    flush();
    writeNow(MemorySegment.ofArray(bytes), 0);
  }

  /** A stream that adds to this file; closing it does nothing. */
  public OutputStream stream() {
    return new OutputStream() {
      @Override
      public void write(int b) {
        OutputFile.this.write(new byte[] {(byte) b});
      }

      @Override
      public void write(byte[] bytes, int offset, int length) {
        OutputFile.this.write(MemorySegment.ofArray(bytes).asSlice(offset, length));
      }
    };
  }

  private void flush() {
    writeNow(buffer.asSlice(0, buffered), position - buffered);
    buffered = 0;
  }

  private void writeNow(MemorySegment bytes, long at) {
    try {
      long done = 0;
      while (done < bytes.byteSize()) {
        ByteBuffer slice =
            bytes.asSlice(done, Math.min(bytes.byteSize() - done, 1 << 30)).asByteBuffer();
        done += channel.write(slice, at + done);
      }
    } catch (IOException e) {
      throw InputFile.failure(path, "cannot be written", e);
    }
  }

  /** Forces all to the disk and gives the file its name, over one that has it. */
  public void finish() {
    flush();
    try {
      channel.force(true);
      channel.close();
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
      finished = true;
    } catch (IOException e) {
      throw InputFile.failure(path, "cannot be written", e);
    }
  }

  /** Unless it was finished, nothing is left of it. */
  @Override
  public void close() {
    if (finished) {
      return;
    }
    try {
      channel.close();
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw InputFile.failure(temporary, "cannot be removed", e);
    }
  }
}
