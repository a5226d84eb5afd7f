package io.quiver.vector.index.ivf;

import io.quiver.vector.index.ivf.BlockCode.Slot;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The lists' blocks: those of the build one after the other, and those that came later in chunks.
 *
 * <p>Readers take no lock. A writer holds its list's lock; it fills a slot first and sets its row
 * then, and a row's slot is emptied by its row alone. A reader that meets a slot in between skips
 * it, or takes an estimate that is too good or too bad for a row, which the exact distances of the
 * last candidates put right: they are read at an address that depends on the slot's row, and so no
 * earlier than that. What is in a slot is read without that order.
 */
final class InvertedLists {
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle ROW =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  private static final VarHandle ARRAY = MethodHandles.arrayElementVarHandle(int[][].class);

  private static final int CHUNK_BLOCKS = 32;
  private static final int LOCKS = 64;

  private final BlockCode code;
  private final int baseBlocks;
  private final int[][] blocksOf;
  private final Object[] locks = new Object[LOCKS];
  private final AtomicInteger removals = new AtomicInteger();

  /** How many of each list's first blocks had no free slot after so many removals. */
  private final int[] full;

  private final int[] fullAfter;

  private volatile MemorySegment base;
  private volatile boolean owned;
  private volatile MemorySegment[] chunks = new MemorySegment[0];
  private int blocks;

  /** Each row's slot, as block times 64 plus number, or -1; made by the first removal. */
  private int @Nullable [] slots;

  /**
   * @param base memory of the first blocks
   * @param blockCounts how many each list has of them, in order
   * @param owned whether the memory may be written
   */
  InvertedLists(BlockCode code, MemorySegment base, int[] blockCounts, boolean owned) {
    this.code = code;
    this.base = base;
    this.owned = owned;
    blocksOf = new int[blockCounts.length][];
    full = new int[blockCounts.length];
    fullAfter = new int[blockCounts.length];
    for (int list = 0; list < blockCounts.length; list++) {
      int first = blocks;
      int[] own = new int[blockCounts[list]];
      Arrays.setAll(own, i -> first + i);
      blocksOf[list] = own;
      blocks += own.length;
    }
    baseBlocks = blocks;
    Arrays.setAll(locks, i -> new Object());
  }

  int count() {
    return blocksOf.length;
  }

  /** A list's blocks; not to be changed. */
  int[] blocks(int list) {
    return (int[]) ARRAY.getAcquire(blocksOf, list);
  }

  MemorySegment memory(int block) {
    return block < baseBlocks ? base : chunks[(block - baseBlocks) / CHUNK_BLOCKS];
  }

  /** Where a block begins in its memory. */
  long position(int block) {
    return code.blockBytes() * (block < baseBlocks ? block : (block - baseBlocks) % CHUNK_BLOCKS);
  }

  /** The row in a slot, or -1. */
  int row(MemorySegment memory, long position, int slot) {
    return memory.get(INT, position + code.tailAt() + 4L * slot);
  }

  /** Empties a block's slots. */
  static void clear(BlockCode code, MemorySegment memory, long position) {
    for (int slot = 0; slot < code.slots(); slot++) {
      memory.set(INT, position + code.tailAt() + 4L * slot, -1);
      code.clear(memory, new Slot(position, slot));
    }
  }

  /** Sets a slot's row, after which readers find it. */
  static void publish(BlockCode code, MemorySegment memory, Slot slot, int row) {
    ROW.setRelease(memory, slot.block() + code.tailAt() + 4L * slot.number(), row);
  }

  /** Puts a row into a list. */
  void add(int row, RowPoint point, int list) {
    own();
    synchronized (locks[list % LOCKS]) {
      long found = freeSlot(list);
      int block = (int) (found / code.slots());
      MemorySegment memory = memory(block);
      Slot slot = new Slot(position(block), (int) (found % code.slots()));
      code.encode(row, point, list, memory, slot);
      publish(code, memory, slot, row);
      remember(row, (int) found);
    }
  }

  /**
   * A slot of the list that holds no row, if need be of a new block: block times 64 plus number.
   */
  private long freeSlot(int list) {
    int[] own = blocks(list);
    int removed = removals.get();
    int first = fullAfter[list] == removed ? full[list] : 0;
    for (int i = own.length - 1; i >= first; i--) {
      MemorySegment memory = memory(own[i]);
      long position = position(own[i]);
      for (int slot = 0; slot < code.slots(); slot++) {
        if (row(memory, position, slot) < 0) {
          return (long) own[i] * code.slots() + slot;
        }
      }
    }
    full[list] = own.length;
    fullAfter[list] = removed;
    int block = newBlock();
    int[] more = Arrays.copyOf(own, own.length + 1);
    more[own.length] = block;
    ARRAY.setRelease(blocksOf, list, more);
    return (long) block * code.slots();
  }

  private synchronized int newBlock() {
    int block = blocks++;
    int chunk = (block - baseBlocks) / CHUNK_BLOCKS;
    if (chunk == chunks.length) {
      MemorySegment[] more = Arrays.copyOf(chunks, chunk + 1);
      more[chunk] = NativeMemory.allocate(CHUNK_BLOCKS * code.blockBytes());
      chunks = more;
    }
    clear(code, memory(block), position(block));
    return block;
  }

  /** Takes a row out; returns whether it was there. */
  boolean remove(int row, int capacity) {
    own();
    int slot = forget(row, capacity);
    if (slot < 0) {
      return false;
    }
    int block = slot / code.slots();
    long at = position(block) + code.tailAt() + 4L * (slot % code.slots());
    ROW.setRelease(memory(block), at, -1);
    removals.incrementAndGet();
    return true;
  }

  private synchronized void remember(int row, int slot) {
    if (slots != null) {
      slots[row] = slot;
    }
  }

  private synchronized int forget(int row, int capacity) {
    if (slots == null) {
      slots = findSlots(capacity);
    }
    int slot = slots[row];
    slots[row] = -1;
    return slot;
  }

  private int[] findSlots(int capacity) {
    int[] found = new int[capacity];
    Arrays.fill(found, -1);
    for (int block = 0; block < blocks; block++) {
      for (int slot = 0; slot < code.slots(); slot++) {
        int row = row(memory(block), position(block), slot);
        if (row >= 0) {
          found[row] = block * code.slots() + slot;
        }
      }
    }
    return found;
  }

  /** Copies what was opened, whose memory is not to be written, before the first change. */
  private void own() {
    if (!owned) {
      synchronized (this) {
        if (!owned) {
          MemorySegment copy = NativeMemory.allocate(base.byteSize());
          MemorySegment.copy(base, 0, copy, 0, base.byteSize());
          base = copy;
          owned = true;
        }
      }
    }
  }

  /** Bytes of all blocks. */
  long memoryBytes() {
    int[] found = slots;
    return base.byteSize()
        + (long) chunks.length * CHUNK_BLOCKS * code.blockBytes()
        + (found == null ? 0 : 4L * found.length);
  }

  /** All blocks, those of a list together. */
  MemorySegment packed() {
    if (blocks == baseBlocks) {
      return base.asSlice(0, blocks * code.blockBytes());
    }
    MemorySegment packed = NativeMemory.allocate(blocks * code.blockBytes());
    long at = 0;
    for (int list = 0; list < count(); list++) {
      for (int block : blocks(list)) {
        MemorySegment.copy(memory(block), position(block), packed, at, code.blockBytes());
        at += code.blockBytes();
      }
    }
    return packed.asSlice(0, at);
  }
}
