package io.quiver.storage.file;

import static io.quiver.storage.file.FileSystemContract.bytes;
import static io.quiver.storage.file.FileSystemContract.text;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract in local files, and power cuts. */
final class LocalBlobStoreTest extends BlobStoreContract {
  @Override
  BlobStore newStore() {
    return new LocalBlobStore(new MemoryFileSystem(), "blobs");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aStoredBlobSurvivesAPowerCutAndADeletedOneStaysAway(long seed) {
    MemoryFileSystem disk = MemoryFileSystem.withPowerCuts();
    BlobStore store = new LocalBlobStore(disk, "blobs");
    store.putIfAbsent("a", BlobStore.Source.of(bytes("x".repeat(10_000))));
    store.putIfAbsent("b", BlobStore.Source.of(bytes("gone")));
    store.delete("b");
    BlobStore after = new LocalBlobStore(disk.afterPowerCut(seed), "blobs");
    assertThat(after.list("")).containsExactly("a");
    assertThat(text(after.read("a", 0, 10_000))).isEqualTo("x".repeat(10_000));
  }
}
