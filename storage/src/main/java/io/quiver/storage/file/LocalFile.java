package io.quiver.storage.file;

import io.quiver.types.CorruptionException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file of the operating system.
 *
 * <p>An interrupted thread closes a channel that it uses, for everybody. The interrupt belongs to
 * the application that embeds Quiver and must not cost it the database: the channel is opened
 * again, the operation repeated, and the thread's flag restored. Reads and writes here name their
 * offset, so that doing them twice is doing them once.
 */
final class LocalFile implements StorageFile {
  /** A ByteBuffer holds less than 2 GiB. */
  private static final long CHUNK_BYTES = 1L << 30;

  private final Path path;
  private final FileSystem.Mode mode;
  private FileChannel channel;
  private boolean closed;

  LocalFile(Path path, FileSystem.Mode mode) {
    this.path = path;
    this.mode = mode;
    try {
      this.channel = FileChannel.open(path, options(mode));
    } catch (IOException e) {
      throw IoFailure.of(mode == FileSystem.Mode.CREATE ? "create" : "open", name(), e);
    }
  }

  private static Set<OpenOption> options(FileSystem.Mode mode) {
    return switch (mode) {
      case READ -> Set.of(StandardOpenOption.READ);
      case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
      case CREATE ->
          Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    };
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public long size() {
    return call("read the size of", FileChannel::size);
  }

  @Override
  public void write(long at, MemorySegment bytes) {
    call(
        "write",
        open -> {
          for (long done = 0; done < bytes.byteSize(); ) {
            long chunk = Math.min(CHUNK_BYTES, bytes.byteSize() - done);
            ByteBuffer buffer = bytes.asSlice(done, chunk).asByteBuffer();
            done += open.write(buffer, at + done);
          }
          return 0L;
        });
  }

  @Override
  public void read(long at, MemorySegment into) {
    long read =
        call(
            "read",
            open -> {
              long done = 0;
              while (done < into.byteSize()) {
                long chunk = Math.min(CHUNK_BYTES, into.byteSize() - done);
                int count = open.read(into.asSlice(done, chunk).asByteBuffer(), at + done);
                if (count < 0) {
                  break;
                }
                done += count;
              }
              return done;
            });
    if (read < into.byteSize()) {
      throw new CorruptionException(
          name(), at + read, "the file ends here, expected " + (into.byteSize() - read) + " bytes");
    }
  }

  @Override
  public MemorySegment map(Arena arena) {
    return call("map", open -> open.map(FileChannel.MapMode.READ_ONLY, 0, open.size(), arena));
  }

  @Override
  public void force() {
    call(
        "force",
        open -> {
          open.force(false);
          return 0L;
        });
  }

  @Override
  public void truncate(long size) {
    call("truncate", open -> open.truncate(size));
  }

  @Override
  public synchronized void close() {
    closed = true;
    try {
      channel.close();
    } catch (IOException e) {
      throw IoFailure.of("close", name(), e);
    }
  }

  private interface Operation<T> {
    T on(FileChannel channel) throws IOException;
  }

  private <T> T call(String action, Operation<T> operation) {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return operation.on(openChannel());
        } catch (ClosedChannelException e) {
          // By an interrupt of this thread or of another one, or on purpose: openChannel tells.
          interrupted |= Thread.interrupted();
        }
      }
    } catch (IOException e) {
      throw IoFailure.of(action, name(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private synchronized FileChannel openChannel() throws IOException {
    if (closed) {
      throw new IllegalStateException(name() + " is closed");
    }
    if (!channel.isOpen()) {
      channel =
          FileChannel.open(
              path,
              options(mode == FileSystem.Mode.READ ? FileSystem.Mode.READ : FileSystem.Mode.WRITE));
    }
    return channel;
  }
}
