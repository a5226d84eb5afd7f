package io.quiver.storage.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Another file system, some of whose operations fail as a {@link Plan} says. */
public final class FaultyFileSystem implements FileSystem {
  /** What is about to be done. */
  public enum Operation {
    OPEN,
    CREATE,
    EXISTS,
    LIST,
    CREATE_DIRECTORIES,
    RENAME,
    DELETE,
    SYNC_DIRECTORY,
    LOCK,
    SIZE,
    READ,
    WRITE,
    MAP,
    FORCE,
    TRUNCATE
  }

  /** Decides whether an operation fails. It is called by many threads. */
  @FunctionalInterface
  public interface Plan {
    /**
     * Throws to make the operation fail.
     *
     * @param number of the operation, counted from 1
     */
    void before(long number, Operation operation, String path) throws IOException;

    static Plan never() {
      return (number, operation, path) -> {};
    }

    /** The k-th operation fails, the others work. */
    static Plan failAt(long k) {
      return (number, operation, path) -> {
        if (number == k) {
          throw new IOException("Input/output error");
        }
      };
    }

    /** Nothing works after the k-th operation: pair it with a simulated power cut. */
    static Plan powerCutAfter(long k) {
      return (number, operation, path) -> {
        if (number > k) {
          throw new PowerOff();
        }
      };
    }

    /** All operations of one kind fail. */
    static Plan failEvery(Operation failing) {
      return (number, operation, path) -> {
        if (operation == failing) {
          throw new IOException("Input/output error");
        }
      };
    }

    /** From the k-th operation on nothing can be written. */
    static Plan diskFullFrom(long k) {
      return (number, operation, path) -> {
        if (number >= k && (operation == Operation.WRITE || operation == Operation.CREATE)) {
          throw new IOException("No space left on device");
        }
      };
    }
  }

  /** What there is after a power cut: not even half a write. */
  private static final class PowerOff extends IOException {
    private static final long serialVersionUID = 1L;

    PowerOff() {
      super("the power is off");
    }
  }

  /** For a plan of its own: the power is off, and not even half a write is done. */
  public static IOException powerOff() {
    return new PowerOff();
  }

  private final FileSystem inner;
  private final AtomicLong operations = new AtomicLong();
  private volatile Plan plan;

  public FaultyFileSystem(FileSystem inner, Plan plan) {
    this.inner = inner;
    this.plan = plan;
  }

  /** How many operations there have been. */
  public long operations() {
    return operations.get();
  }

  /** Another plan from now on. */
  public void follow(Plan next) {
    plan = next;
  }

  private void before(Operation operation, String path) {
    try {
      plan.before(operations.incrementAndGet(), operation, path);
    } catch (IOException e) {
      throw IoFailure.of(operation.name().toLowerCase(Locale.ROOT), path, e);
    }
  }

  @Override
  public StorageFile open(String path, Mode mode) {
    before(mode == Mode.CREATE ? Operation.CREATE : Operation.OPEN, path);
    return new FaultyFile(inner.open(path, mode));
  }

  @Override
  public boolean exists(String path) {
    before(Operation.EXISTS, path);
    return inner.exists(path);
  }

  @Override
  public boolean isFile(String path) {
    before(Operation.EXISTS, path);
    return inner.isFile(path);
  }

  @Override
  public List<String> list(String directory) {
    before(Operation.LIST, directory);
    return inner.list(directory);
  }

  @Override
  public void createDirectories(String path) {
    before(Operation.CREATE_DIRECTORIES, path);
    inner.createDirectories(path);
  }

  @Override
  public void rename(String from, String to) {
    before(Operation.RENAME, from);
    inner.rename(from, to);
  }

  @Override
  public void delete(String path) {
    before(Operation.DELETE, path);
    inner.delete(path);
  }

  @Override
  public void syncDirectory(String path) {
    before(Operation.SYNC_DIRECTORY, path);
    inner.syncDirectory(path);
  }

  @Override
  public FileLock lock(String path) {
    before(Operation.LOCK, path);
    return inner.lock(path);
  }

  @Override
  public FileLock lockShared(String path) {
    before(Operation.LOCK, path);
    return inner.lockShared(path);
  }

  @Override
  public String describe(String path) {
    return inner.describe(path);
  }

  private final class FaultyFile implements StorageFile {
    private final StorageFile file;

    FaultyFile(StorageFile file) {
      this.file = file;
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long size() {
      before(Operation.SIZE, file.name());
      return file.size();
    }

    @Override
    public void write(long at, MemorySegment bytes) {
      try {
        before(Operation.WRITE, file.name());
      } catch (RuntimeException e) {
        if (!(e.getCause() instanceof PowerOff)) {
          // A write that fails may have begun.
          file.write(at, bytes.asSlice(0, bytes.byteSize() / 2));
        }
        throw e;
      }
      file.write(at, bytes);
    }

    @Override
    public void read(long at, MemorySegment into) {
      before(Operation.READ, file.name());
      file.read(at, into);
    }

    @Override
    public MemorySegment map(Arena arena) {
      before(Operation.MAP, file.name());
      return file.map(arena);
    }

    @Override
    public void force() {
      before(Operation.FORCE, file.name());
      file.force();
    }

    @Override
    public void truncate(long size) {
      before(Operation.TRUNCATE, file.name());
      file.truncate(size);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
