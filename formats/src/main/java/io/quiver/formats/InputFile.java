package io.quiver.formats;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that is read, with errors that name it. Owned by one thread. */
public final class InputFile implements AutoCloseable {
  private final Path path;
  private final FileChannel channel;
  private final long size;

  private InputFile(Path path, FileChannel channel, long size) {
    this.path = path;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens a file.
   *
   * @throws QuiverException 58P01 when it is not there, 42809 when it is a directory, 58030
   */
  public static InputFile open(Path path) {
    try {
      if (Files.isDirectory(path)) {
        throw new QuiverException(
            ErrorCode.WRONG_OBJECT_TYPE, "\"" + path + "\" is a directory, expected a file");
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      return new InputFile(path, channel, channel.size());
    } catch (NoSuchFileException e) {
      throw new QuiverException(ErrorCode.UNDEFINED_FILE, "there is no file \"" + path + "\"", e);
    } catch (IOException e) {
      throw failure(path, "cannot be read", e);
    }
  }

  public Path path() {
    return path;
  }

  /** The file's last part, as messages name it. */
  public String name() {
    return String.valueOf(path.getFileName());
  }

  /** Bytes of the file when it was opened. */
  public long size() {
    return size;
  }

  /** How far it has been read by {@link #stream}. */
  public long position() {
    try {
      return channel.isOpen() ? Math.min(channel.position(), size) : size;
    } catch (IOException e) {
      throw failure(path, "cannot be read", e);
    }
  }

  /** The bytes from the start on; closing it closes the file. */
  public InputStream stream() {
    return Channels.newInputStream(channel);
  }

  /**
   * Reads bytes into new native memory, which lives as long as it is reachable. Lengths are checked
   * against the file before anything is allocated.
   *
   * @throws QuiverException 22P04 when the file has fewer, 58030
   */
  public MemorySegment read(long offset, long bytes) {
    if (offset < 0 || bytes < 0 || bytes > size - offset) {
      throw damaged(bytes + " bytes are wanted at offset " + offset + ", the file has " + size);
    }
    MemorySegment memory = Arena.ofAuto().allocate(Math.max(bytes, 8), 64).asSlice(0, bytes);
    read(offset, memory);
    return memory;
  }

  /** Fills memory from an offset on. */
  public void read(long offset, MemorySegment memory) {
    try {
      long done = 0;
      while (done < memory.byteSize()) {
        long slice = Math.min(memory.byteSize() - done, 1 << 30);
        ByteBuffer buffer = memory.asSlice(done, slice).asByteBuffer();
        int count = channel.read(buffer, offset + done);
        if (count < 0) {
          throw damaged("it ends at " + (offset + done) + ", expected " + size + " bytes");
        }
        done += count;
      }
    } catch (IOException e) {
      throw failure(path, "cannot be read", e);
    }
  }

  /** 22P04: the file is not what its format says. */
  public QuiverException damaged(String what) {
    return new QuiverException(ErrorCode.BAD_COPY_FILE_FORMAT, name() + ": " + what);
  }

  /** 58030, or 53100 where the disk is full. */
  static QuiverException failure(Path path, String what, IOException cause) {
    boolean full = String.valueOf(cause.getMessage()).contains("No space left");
    return new QuiverException(
        full ? ErrorCode.DISK_FULL : ErrorCode.IO_ERROR,
        "\"" + path + "\" " + what + ": " + cause.getMessage(),
        cause);
  }

  /** 58030 for an error of a stream over the file. */
  public QuiverException unreadable(IOException cause) {
    return failure(path, "cannot be read", cause);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw failure(path, "cannot be closed", e);
    }
  }
}
