package io.quiver.storage.file;

import io.quiver.types.CorruptionException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The bytes of a file in memory, and how they came about since the last force. Guarded by its file
 * system's lock.
 */
final class MemoryContent implements MemoryFileSystem.Node {
  private final boolean remembers;
  private final List<Edit> unforced = new ArrayList<>();
  private MemorySegment bytes = allocate(0);
  private long size;

  /** Whether edits since the last force are remembered. */
  MemoryContent(boolean remembers) {
    this.remembers = remembers;
  }

  long size() {
    return size;
  }

  void write(long at, MemorySegment source) {
    long end = at + source.byteSize();
    if (remembers) {
      unforced.add(edit(at, end, source));
    }
    put(at, source);
  }

  void truncate(long newSize) {
    if (newSize >= size) {
      return;
    }
    if (remembers) {
      unforced.add(edit(newSize, size, MemorySegment.NULL));
    }
    cut(newSize);
  }

  void read(String name, long at, MemorySegment into) {
    if (at + into.byteSize() > size) {
      throw new CorruptionException(
          name,
          Math.min(at, size),
          "the file ends at " + size + ", expected " + into.byteSize() + " bytes from " + at);
    }
    MemorySegment.copy(bytes, at, into, 0, into.byteSize());
  }

  MemorySegment view() {
    return bytes.asSlice(0, size).asReadOnly();
  }

  void force() {
    unforced.clear();
  }

  /** Undoes what was not forced, then does again what a power cut spares. */
  MemoryContent afterPowerCut(RandomGenerator random) {
    MemoryContent disk = new MemoryContent(true);
    disk.put(0, bytes.asSlice(0, size));
    for (Edit edit : unforced.reversed()) {
      disk.put(edit.at(), edit.before());
      disk.cut(edit.sizeBefore());
    }
    Survival survival = Survival.of(random);
    int reached = random.nextInt(unforced.size() + 1);
    int sector = random.nextBoolean() ? 512 : 4_096;
    for (int i = 0; i < unforced.size(); i++) {
      Edit edit = unforced.get(i);
      boolean torn = survival == Survival.ANY || (survival == Survival.PREFIX && i == reached);
      if (torn) {
        disk.tear(edit, sector, random);
      } else if (survival.keeps(i, reached, random)) {
        disk.redo(edit);
      }
    }
    // The length of a file is metadata of its own, and may get there before the bytes do.
    if (random.nextBoolean() && disk.size < size) {
      disk.put(size, MemorySegment.NULL);
    }
    return disk;
  }

  private void redo(Edit edit) {
    if (edit.isCut()) {
      cut(Math.min(size, edit.at()));
    } else {
      put(edit.at(), edit.after());
    }
  }

  private void tear(Edit edit, int sector, RandomGenerator random) {
    if (edit.isCut()) {
      if (random.nextBoolean()) {
        redo(edit);
      }
      return;
    }
    long end = edit.at() + edit.after().byteSize();
    for (long from = edit.at(); from < end; ) {
      long to = Math.min(end, (from / sector + 1) * sector);
      if (random.nextBoolean()) {
        put(from, edit.after().asSlice(from - edit.at(), to - from));
      }
      from = to;
    }
  }

  private Edit edit(long from, long to, MemorySegment after) {
    long known = Math.min(to, size);
    MemorySegment before =
        from < known ? copyOf(bytes.asSlice(from, known - from)) : MemorySegment.NULL;
    return new Edit(from, before, size, copyOf(after), after.equals(MemorySegment.NULL));
  }

  private void put(long at, MemorySegment source) {
    long end = at + source.byteSize();
    if (end > bytes.byteSize()) {
      MemorySegment larger = allocate(Math.max(end, bytes.byteSize() * 2));
      MemorySegment.copy(bytes, 0, larger, 0, size);
      bytes = larger;
    }
    MemorySegment.copy(source, 0, bytes, at, source.byteSize());
    size = Math.max(size, end);
  }

  private void cut(long newSize) {
    if (newSize < size) {
      bytes.asSlice(newSize, size - newSize).fill((byte) 0);
      size = newSize;
    }
  }

  private static MemorySegment copyOf(MemorySegment source) {
    return allocate(source.byteSize()).asSlice(0, source.byteSize()).copyFrom(source);
  }

  private static MemorySegment allocate(long size) {
    return Arena.ofAuto().allocate(Math.max(size, 8), 64);
  }

  /** A write of {@code after}, or a cut at {@code at}; {@code before} is what was there. */
  private record Edit(
      long at, MemorySegment before, long sizeBefore, MemorySegment after, boolean isCut) {}
}
