package io.quiver.storage.file;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Files in memory: for databases that need not last, and to see what a power cut leaves.
 *
 * <p>One lock, this object, guards everything. With {@link #withPowerCuts} it remembers what has
 * not been forced and synced, and {@link #afterPowerCut} gives one of the disks that might be found
 * then: writes dropped, kept, or torn at sectors of 512 or 4,096 bytes, in order or not; names
 * created, renamed and deleted or not.
 */
public final class MemoryFileSystem implements FileSystem {
  private static final int ALONE = -1;

  private final boolean remembers;
  private final Directory root;

  /** How many hold a file for reading; {@link #ALONE} where one holds it alone. */
  private final Map<String, Integer> locks = new HashMap<>();

  /** Changes of directories that no sync has made durable yet, oldest first. */
  private final List<Change> unsynced = new ArrayList<>();

  public MemoryFileSystem() {
    this(false, new Directory());
  }

  private MemoryFileSystem(boolean remembers, Directory root) {
    this.remembers = remembers;
    this.root = root;
  }

  /** Files that can be asked what a power cut leaves of them. */
  public static MemoryFileSystem withPowerCuts() {
    return new MemoryFileSystem(true, new Directory());
  }

  /**
   * What the disk holds when the power goes now. This one lives on: a workload can be cut with many
   * seeds, and threads that still use it disturb nothing.
   */
  public synchronized MemoryFileSystem afterPowerCut(long seed) {
    if (!remembers) {
      throw new IllegalStateException("made without power cuts");
    }
    RandomGenerator random = new Random(seed);
    IdentityHashMap<Node, Node> copies = new IdentityHashMap<>();
    Directory disk = (Directory) copy(root, copies, random);
    Survival survival = Survival.of(random);
    int reached = survival == Survival.PREFIX ? random.nextInt(unsynced.size() + 1) : 0;
    for (int i = 0; i < unsynced.size(); i++) {
      if (survival.keeps(i, reached, random)) {
        for (Step step : unsynced.get(i).steps()) {
          Node node = step.node() == null ? null : copy(step.node(), copies, random);
          ((Directory) copy(step.directory(), copies, random)).putDurably(step.name(), node);
        }
      }
    }
    return new MemoryFileSystem(true, disk);
  }

  /** A node as the disk has it, copied once: two names of a file stay two names of a file. */
  private static Node copy(Node node, IdentityHashMap<Node, Node> copies, RandomGenerator random) {
    Node known = copies.get(node);
    if (known != null) {
      return known;
    }
    switch (node) {
      case MemoryContent content -> {
        MemoryContent copy = content.afterPowerCut(random);
        copies.put(node, copy);
        return copy;
      }
      case Directory directory -> {
        Directory copy = new Directory();
        copies.put(node, copy);
        directory.durable.forEach(
            (name, child) -> copy.putDurably(name, copy(child, copies, random)));
        return copy;
      }
    }
  }

  @Override
  public synchronized StorageFile open(String path, Mode mode) {
    Node found = find(Paths.checked(path));
    if (mode == Mode.CREATE) {
      if (found != null) {
        throw IoFailure.existing("create", path);
      }
      MemoryContent content = new MemoryContent(remembers);
      change(new Step(directory(Paths.parent(path), "create", path), Paths.name(path), content));
      return new Handle(path, mode, content);
    }
    return switch (found) {
      case MemoryContent content -> new Handle(path, mode, content);
      case Directory directory ->
          throw new QuiverException(ErrorCode.IO_ERROR, "cannot open " + path + ": a directory");
      case null -> throw IoFailure.missing("open", path);
    };
  }

  @Override
  public synchronized boolean exists(String path) {
    return find(Paths.checked(path)) != null;
  }

  @Override
  public synchronized boolean isFile(String path) {
    return find(Paths.checked(path)) instanceof MemoryContent;
  }

  @Override
  public synchronized List<String> list(String directory) {
    return find(Paths.checked(directory)) instanceof Directory found
        ? List.copyOf(found.live.keySet())
        : List.of();
  }

  @Override
  public synchronized void createDirectories(String path) {
    Directory at = root;
    for (String name : Paths.checked(path).isEmpty() ? new String[0] : path.split("/")) {
      Node next = at.live.get(name);
      if (next instanceof MemoryContent) {
        throw IoFailure.existing("create directory", path);
      }
      if (next == null) {
        next = new Directory();
        at.putDurably(name, next);
      }
      at = (Directory) next;
    }
  }

  @Override
  public synchronized void rename(String from, String to) {
    Node node = find(Paths.checked(from));
    if (node == null) {
      throw IoFailure.missing("rename", from);
    }
    Node replaced = find(Paths.checked(to));
    boolean possible =
        replaced == null
            || (replaced instanceof MemoryContent && node instanceof MemoryContent)
            || (replaced instanceof Directory d && node instanceof Directory && d.live.isEmpty());
    if (!possible) {
      throw IoFailure.existing("rename " + from + " to", to);
    }
    Directory source = directory(Paths.parent(from), "rename", from);
    Directory target = directory(Paths.parent(to), "rename", from);
    change(new Step(source, Paths.name(from), null), new Step(target, Paths.name(to), node));
  }

  @Override
  public synchronized void delete(String path) {
    Node node = find(Paths.checked(path));
    if (node == null) {
      return;
    }
    if (node instanceof Directory directory && !directory.live.isEmpty()) {
      throw new QuiverException(ErrorCode.IO_ERROR, "cannot delete " + path + ": it is not empty");
    }
    change(new Step(directory(Paths.parent(path), "delete", path), Paths.name(path), null));
  }

  @Override
  public synchronized void syncDirectory(String path) {
    Directory directory = directory(Paths.checked(path), "sync", path);
    unsynced.removeIf(change -> {
      boolean touches = change.steps().stream().anyMatch(s -> s.directory() == directory);
      if (touches) {
        change.steps().forEach(s -> s.directory().putIn(s.directory().durable, s));
      }
      return touches;
    });
  }

  @Override
  public synchronized FileLock lock(String path) {
    createDirectories(Paths.parent(Paths.checked(path)));
    if (locks.containsKey(path)) {
      throw inUse(path);
    }
    locks.put(path, ALONE);
    if (find(path) == null) {
      open(path, Mode.CREATE).close();
    }
    return new Hold(path);
  }

  @Override
  public synchronized FileLock lockShared(String path) {
    if (find(Paths.checked(path)) == null) {
      throw new QuiverException(
          ErrorCode.UNDEFINED_FILE, "this is no Quiver database: it has no file " + path);
    }
    if (locks.getOrDefault(path, 0) == ALONE) {
      throw inUse(path);
    }
    locks.merge(path, 1, Integer::sum);
    return new Hold(path);
  }

  private static QuiverException inUse(String path) {
    return new QuiverException(
        ErrorCode.DATABASE_IN_USE,
        "the database in memory is in use by this process (pid "
            + ProcessHandle.current().pid()
            + "), which holds "
            + path);
  }

  /** One of the holders of a lock. */
  private final class Hold implements FileLock {
    private final String path;
    private boolean closed;

    Hold(String path) {
      this.path = path;
    }

    @Override
    public void close() {
      synchronized (MemoryFileSystem.this) {
        if (!closed) {
          closed = true;
          locks.computeIfPresent(path, (name, count) -> count <= 1 ? null : count - 1);
        }
      }
    }
  }

  @Override
  public String describe(String path) {
    return path;
  }

  private void change(Step... steps) {
    for (Step step : steps) {
      step.directory().putIn(step.directory().live, step);
    }
    if (remembers) {
      unsynced.add(new Change(List.of(steps)));
    }
  }

  private @Nullable Node find(String path) {
    Node at = root;
    for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
      Node next = at instanceof Directory directory ? directory.live.get(name) : null;
      if (next == null) {
        return null;
      }
      at = next;
    }
    return at;
  }

  private Directory directory(String path, String action, String file) {
    if (find(path) instanceof Directory directory) {
      return directory;
    }
    throw IoFailure.missing(action, path.isEmpty() ? file : path);
  }

  /** A file's content, or a directory. */
  sealed interface Node permits Directory, MemoryContent {}

  /** The names as programs see them, and as a power cut would leave them. */
  private static final class Directory implements Node {
    final TreeMap<String, Node> live = new TreeMap<>();
    final TreeMap<String, Node> durable = new TreeMap<>();

    void putDurably(String name, @Nullable Node node) {
      Step step = new Step(this, name, node);
      putIn(live, step);
      putIn(durable, step);
    }

    void putIn(Map<String, Node> names, Step step) {
      if (step.node() == null) {
        names.remove(step.name());
      } else {
        names.put(step.name(), step.node());
      }
    }
  }

  /** A name that gets a node, or loses the one it had. */
  private record Step(Directory directory, String name, @Nullable Node node) {}

  /** What one call did: all of it survives, or none. */
  private record Change(List<Step> steps) {}

  /** An open file; it stays with its content when that is renamed or deleted. */
  private final class Handle implements StorageFile {
    private final String path;
    private final Mode mode;
    private final MemoryContent content;
    private boolean closed;

    Handle(String path, Mode mode, MemoryContent content) {
      this.path = path;
      this.mode = mode;
      this.content = content;
    }

    @Override
    public String name() {
      return path;
    }

    @Override
    public long size() {
      synchronized (MemoryFileSystem.this) {
        return open().size();
      }
    }

    @Override
    public void write(long at, MemorySegment bytes) {
      synchronized (MemoryFileSystem.this) {
        writable().write(at, bytes);
      }
    }

    @Override
    public void read(long at, MemorySegment into) {
      synchronized (MemoryFileSystem.this) {
        open().read(path, at, into);
      }
    }

    @Override
    public MemorySegment map(Arena arena) {
      synchronized (MemoryFileSystem.this) {
        return open().view();
      }
    }

    @Override
    public void force() {
      synchronized (MemoryFileSystem.this) {
        writable().force();
      }
    }

    @Override
    public void truncate(long size) {
      synchronized (MemoryFileSystem.this) {
        writable().truncate(size);
      }
    }

    @Override
    public void close() {
      synchronized (MemoryFileSystem.this) {
        closed = true;
      }
    }

    private MemoryContent open() {
      if (closed) {
        throw new IllegalStateException(path + " is closed");
      }
      return content;
    }

    private MemoryContent writable() {
      if (mode == Mode.READ) {
        throw new IllegalStateException(path + " is open for reading alone");
      }
      return open();
    }
  }
}
