package io.quiver.vector;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.DamagedIndexException;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Written forms in which a byte is another one, with checksums that fit: they are refused when they
 * are opened, or searched without harm. The seed is {@code ann.seed}.
 */
class IndexDamageTest {
  private static final long SEED = Long.getLong("ann.seed", 1);
  private static final int CHANGES = Integer.getInteger("ann.changes", 200);
  private static final int ROWS = 200;
  private static final int DIMENSION = 5;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "flat()",
        "hnsw(ef_construction=40)",
        "hnsw(ef_construction=40,quantizer=sq8)",
        "hnsw(ef_construction=40,quantizer=rabitq,layout=compact)",
        "hnsw(ef_construction=40,quantizer=rabitq)",
        "hnsw(ef_construction=40,quantizer=rabitq,exact=sq8)",
        "ivf_flat(lists=9)",
        "ivf_sq8(lists=9)",
        "ivf_pq(lists=9)",
        "ivf_rabitq(lists=9)",
        "ivf_rabitq(lists=9,bits=4)",
        "diskann(degree=8,ef_construction=40)"
      })
  void changedBytesAreRefusedOrDoNoHarm(String kind) {
    Random random = new Random(SEED);
    MemorySegment memory = NativeMemory.allocate(4L * DIMENSION * ROWS);
    for (int i = 0; i < DIMENSION * ROWS; i++) {
      memory.set(ValueLayout.JAVA_FLOAT, 4L * i, i < DIMENSION ? 0 : (float) random.nextGaussian());
    }
    RowBlock block = RowBlock.packed(memory, DIMENSION, Encoding.FLOAT32);
    VectorRows rows = new VectorRows(Metric.COSINE, block, ROWS);
    VectorIndex index = Indexes.build(IndexSpec.parse(kind), rows, BuildOptions.threads(1));
    MemorySegment form = Arena.ofAuto().allocate(index.formBytes(), 4096);
    index.write(form);
    for (int change = 0; change < CHANGES; change++) {
      MemorySegment changed = Arena.ofAuto().allocate(form.byteSize(), 4096);
      changed.copyFrom(form);
      long at = place(form, random);
      byte value = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(5) - 2);
      changed.set(ValueLayout.JAVA_BYTE, at, value);
      sign(changed);
      check(changed, rows, "%s, seed %d, byte %d is %d".formatted(kind, SEED, at, value));
    }
  }

  /** As often in each section as in the head, and mostly near the start. */
  private static long place(MemorySegment form, Random random) {
    int section = random.nextInt(-2, form.get(INT, 16));
    if (section < 0) {
      return random.nextLong(16, 48 + 32L * form.get(INT, 16) + form.get(INT, 20));
    }
    long offset = form.get(LONG, 48 + 32L * section + 8);
    long bytes = form.get(LONG, 48 + 32L * section + 16);
    return bytes == 0
        ? 16
        : offset + random.nextLong(random.nextBoolean() ? bytes : Math.min(bytes, 48));
  }

  /** Makes the checksums fit, as far as there still are such sections. */
  private static void sign(MemorySegment form) {
    int sections = form.get(INT, 16);
    long head = 48 + 32L * sections + form.get(INT, 20);
    if (sections < 0 || sections > 64 || head < 48 || head > form.byteSize()) {
      return;
    }
    for (int i = 0; i < sections; i++) {
      long offset = form.get(LONG, 48 + 32L * i + 8);
      long bytes = form.get(LONG, 48 + 32L * i + 16);
      if (offset >= 0 && bytes >= 0 && offset <= form.byteSize() - bytes) {
        form.set(INT, 48 + 32L * i + 24, checksum(form.asSlice(offset, bytes)));
      }
    }
    form.set(INT, 12, 0);
    form.set(INT, 12, checksum(form.asSlice(0, head)));
  }

  private static int checksum(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.asByteBuffer());
    return (int) crc.getValue();
  }

  private static void check(MemorySegment form, VectorRows rows, String what) {
    try {
      VectorIndex opened = Indexes.open(form, rows);
      Neighbors found = new Neighbors();
      for (int k : new int[] {10, ROWS}) {
        opened.searcher().search(SearchRequest.of(rows.row(7), k, ROWS), found);
        assertThat(found.size()).as(what).isLessThanOrEqualTo(k);
        for (int row : found.rows()) {
          assertThat(row).as(what).isBetween(0, ROWS - 1);
        }
      }
    } catch (DamagedIndexException e) {
      assertThat(e).as(what).hasMessageContaining("the index is damaged");
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }
}
