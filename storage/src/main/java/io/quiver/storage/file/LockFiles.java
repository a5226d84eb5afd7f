package io.quiver.storage.file;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Files that keep others out: one process that writes, or many that read. The file holds the number
 * of the process that wrote last, in ASCII, and a line feed; what counts is the operating system's
 * lock on it.
 */
final class LockFiles {
  /**
   * What this process holds, and its lock. It must be known before a file is opened: POSIX gives up
   * a process's locks on a file as soon as the process closes any of its handles on it.
   */
  private static final Map<Path, Held> HELD = new HashMap<>();

  private LockFiles() {}

  /** One lock of this process, which its readers share. Guarded by {@link #HELD}. */
  private static final class Held {
    final FileChannel channel;
    final boolean shared;
    int holders = 1;

    Held(FileChannel channel, boolean shared) {
      this.channel = channel;
      this.shared = shared;
    }
  }

  /**
   * Takes a file for this process alone, creating it.
   *
   * @param database as messages name it
   */
  static FileLock exclusive(Path file, String database) throws IOException {
    Path real = realPath(file);
    synchronized (HELD) {
      Held held = HELD.get(real);
      if (held != null) {
        throw inUse(database, ownProcess(held.shared), real);
      }
      FileChannel channel =
          FileChannel.open(
              real, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (channel.tryLock() == null) {
          throw inUse(database, holder(channel), real);
        }
        channel.truncate(0);
        long pid = ProcessHandle.current().pid();
        channel.write(ByteBuffer.wrap((pid + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw inUse(database, ownProcess(false), real);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      HELD.put(real, new Held(channel, false));
    }
    return new Hold(real);
  }

  /** Takes a file that is there together with all who read; nothing is written to it. */
  static FileLock shared(Path file, String database) throws IOException {
    if (!Files.exists(file)) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_FILE,
          database + " is no Quiver database: it has no file " + file.getFileName());
    }
    Path real = realPath(file);
    synchronized (HELD) {
      Held held = HELD.get(real);
      if (held != null) {
        if (!held.shared) {
          throw inUse(database, ownProcess(false), real);
        }
        held.holders++;
        return new Hold(real);
      }
      FileChannel channel = FileChannel.open(real, StandardOpenOption.READ);
      try {
        if (channel.tryLock(0, Long.MAX_VALUE, true) == null) {
          throw inUse(database, "process " + pid(channel), real);
        }
      } catch (OverlappingFileLockException e) {
        channel.close();
        throw inUse(database, ownProcess(false), real);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
      HELD.put(real, new Held(channel, true));
    }
    return new Hold(real);
  }

  /** The file need not exist, but its directory does: two names of one directory are one file. */
  private static Path realPath(Path file) throws IOException {
    Path parent = file.getParent();
    Path name = file.getFileName();
    if (parent == null || name == null) {
      return file;
    }
    if (!Files.isDirectory(parent)) {
      throw new NoSuchFileException(parent.toString());
    }
    return parent.toRealPath().resolve(name);
  }

  private static String ownProcess(boolean reading) {
    return "this process (pid "
        + ProcessHandle.current().pid()
        + ")"
        + (reading ? ", for reading" : "");
  }

  /** Readers leave a lock that can be shared; a writer has left its number. */
  private static String holder(FileChannel channel) throws IOException {
    try (java.nio.channels.FileLock reading = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return reading == null ? "process " + pid(channel) : "other processes, for reading";
    }
  }

  private static String pid(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(32);
    int read = channel.read(pid, 0);
    String text =
        read <= 0 ? "" : new String(pid.array(), 0, read, StandardCharsets.US_ASCII).strip();
    return text.isEmpty() ? "unknown" : text;
  }

  private static QuiverException inUse(String database, String holder, Path file) {
    return new QuiverException(
        ErrorCode.DATABASE_IN_USE,
        "database " + database + " is in use by " + holder + ", which holds " + file.getFileName());
  }

  /** One of the holders of a lock. */
  private static final class Hold implements FileLock {
    private final Path file;
    private boolean closed;

    Hold(Path file) {
      this.file = file;
    }

    @Override
    public void close() {
      synchronized (HELD) {
        Held held = HELD.get(file);
        if (closed || held == null) {
          return;
        }
        closed = true;
        held.holders--;
        if (held.holders > 0) {
          return;
        }
        HELD.remove(file);
        try {
          held.channel.close();
        } catch (IOException e) {
          throw IoFailure.of("unlock", file.toString(), e);
        }
      }
    }
  }
}
