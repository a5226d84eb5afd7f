package io.quiver.storage.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.codec.ByteReader;
import io.quiver.storage.codec.ByteWriter;
import io.quiver.types.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowBitmapTest {
  private static final int ROWS = 300_000;

  /** A set whose parts are sparse, dense, in runs, full or missing. */
  private static BitSet random(Random random) {
    BitSet set = new BitSet(ROWS);
    for (int from = 0; from < ROWS; from += 16_384) {
      int to = Math.min(ROWS, from + 16_384);
      switch (random.nextInt(6)) {
        case 0 -> {}
        case 1 -> set.set(from, to);
        case 2 -> {
          for (int i = 0; i < 50; i++) {
            set.set(from + random.nextInt(to - from));
          }
        }
        case 3 -> {
          for (int row = from; row < to; row++) {
            set.set(row, random.nextBoolean());
          }
        }
        case 4 -> {
          for (int row = from; row < to; row += 200) {
            set.set(row, Math.min(to, row + random.nextInt(200)));
          }
        }
        default -> set.set(from + random.nextInt(to - from), to);
      }
    }
    return set;
  }

  private static RowBitmap bitmap(BitSet set, boolean ofBits) {
    int[] rows = set.stream().toArray();
    return ofBits ? RowBitmap.ofBits(set.toLongArray()) : RowBitmap.of(rows, rows.length);
  }

  private static void assertSame(RowBitmap bitmap, BitSet set, Random random) {
    assertThat(bitmap.count()).isEqualTo(set.cardinality());
    int from = random.nextInt(ROWS);
    int[] out = new int[1 + random.nextInt(5_000)];
    int next = set.nextSetBit(from);
    for (int count = bitmap.fill(from, out); count > 0; count = bitmap.fill(from, out)) {
      for (int i = 0; i < count; i++) {
        if (out[i] != next) {
          throw new AssertionError("row " + out[i] + " in the place of " + next);
        }
        next = set.nextSetBit(next + 1);
      }
      from = out[count - 1] + 1;
    }
    assertThat(next).isEqualTo(-1);
    for (int i = 0; i < 1_000; i++) {
      int row = random.nextInt(ROWS);
      if (bitmap.contains(row) != set.get(row)) {
        throw new AssertionError("row " + row);
      }
    }
    ByteWriter written = new ByteWriter(16);
    bitmap.write(written);
    RowBitmap read = RowBitmap.read(new ByteReader("bitmap", written.bytes()), ROWS);
    assertThat(read.count()).isEqualTo(bitmap.count());
    assertThat(read.andNot(bitmap).count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void combinesAsBitSetsDo(long seed) {
    Random random = new Random(seed);
    BitSet a = random(random);
    BitSet b = random(random);
    RowBitmap x = bitmap(a, random.nextBoolean());
    RowBitmap y = bitmap(b, random.nextBoolean());
    assertSame(x, a, random);
    BitSet both = (BitSet) a.clone();
    both.and(b);
    assertSame(x.and(y), both, random);
    BitSet any = (BitSet) a.clone();
    any.or(b);
    assertSame(x.or(y), any, random);
    BitSet left = (BitSet) a.clone();
    left.andNot(b);
    assertSame(x.andNot(y), left, random);
  }

  @Test
  void runsOfRowsTakeFewBytes() {
    BitSet set = new BitSet();
    set.set(1_000, 250_000);
    assertThat(bitmap(set, true).bytes()).isLessThan(100);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void bytesThatMakeNoSenseAreDamage(long seed) {
    Random random = new Random(seed);
    ByteWriter out = new ByteWriter(16);
    bitmap(random(random), true).write(out);
    byte[] good = out.bytes().toArray(ValueLayout.JAVA_BYTE);
    for (int i = 0; i < 300; i++) {
      byte[] bad = good.clone();
      bad[random.nextInt(Math.min(bad.length, 4_000))] ^= (byte) (1 << random.nextInt(8));
      try {
        RowBitmap read = RowBitmap.read(reader(bad, bad.length), ROWS);
        assertThat(read.fill(0, new int[ROWS + 1])).isEqualTo(read.count()).isLessThan(ROWS + 1);
      } catch (CorruptionException e) {
        assertThat(e.file()).isEqualTo("bitmap");
      }
    }
    assertThatThrownBy(() -> RowBitmap.read(reader(good, good.length - 1), ROWS))
        .isInstanceOf(CorruptionException.class);
  }

  private static ByteReader reader(byte[] bytes, int length) {
    return new ByteReader("bitmap", MemorySegment.ofArray(bytes).asSlice(0, length));
  }
}
