package io.quiver.storage.file;

import static io.quiver.storage.file.FileSystemContract.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.storage.file.FaultyFileSystem.Plan;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract in one local file, its damage, and power cuts. */
final class LocalMetaStoreTest extends MetaStoreContract {
  private final MemoryFileSystem files = new MemoryFileSystem();

  @Override
  MetaStore newStore() {
    return new LocalMetaStore(files);
  }

  @Test
  void everyFlippedBitAndEveryCutIsDetected() {
    newStore()
        .commit(
            List.of(),
            List.of(new MetaStore.Put(A, bytes("one")), new MetaStore.Put(B, bytes("two"))));
    byte[] original;
    try (StorageFile file = files.open("meta/heads", FileSystem.Mode.READ)) {
      original = file.read(0, file.size()).toArray(ValueLayout.JAVA_BYTE);
    }
    for (int bit = 0; bit < original.length * 8; bit++) {
      byte[] flipped = original.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      assertRefused(flipped, "bit " + bit);
    }
    for (int cut = 0; cut < original.length; cut++) {
      assertRefused(Arrays.copyOf(original, cut), "cut " + cut);
    }
  }

  private void assertRefused(byte[] content, String what) {
    files.delete("meta/heads");
    try (StorageFile file = files.open("meta/heads", FileSystem.Mode.CREATE)) {
      file.append(MemorySegment.ofArray(content));
    }
    assertThatThrownBy(this::newStore).as(what).isInstanceOf(CorruptionException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aPowerCutLeavesTheLastCommitOrTheOneUnderWay(long seed) {
    Random random = new Random(seed);
    for (int k = 1; k < 60; k++) {
      MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
      int committed = 0;
      try {
        MetaStore store = new LocalMetaStore(new FaultyFileSystem(disk, Plan.powerCutAfter(k)));
        for (int i = 1; i <= 8; i++) {
          MemorySegment value = bytes(String.valueOf(i));
          store.commit(
              List.of(), List.of(new MetaStore.Put(A, value), new MetaStore.Put(B, value)));
          committed = i;
        }
      } catch (QuiverException e) {
        assertThat(e.sqlState()).isEqualTo("58030");
      }
      for (int cut = 0; cut < 10; cut++) {
        long cutSeed = random.nextLong();
        MetaStore found = new LocalMetaStore(disk.afterPowerCut(cutSeed));
        String a = value(found, A);
        assertThat(a == null ? 0 : Integer.parseInt(a))
            .as("seed %d, after operation %d, cut %d", seed, k, cutSeed)
            .isBetween(committed, committed + 1);
        assertThat(value(found, B)).isEqualTo(a);
      }
    }
  }
}
