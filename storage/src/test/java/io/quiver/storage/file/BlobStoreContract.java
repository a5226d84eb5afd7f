package io.quiver.storage.file;

import static io.quiver.storage.file.FileSystemContract.assertCode;
import static io.quiver.storage.file.FileSystemContract.bytes;
import static io.quiver.storage.file.FileSystemContract.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.ErrorCode;
import org.junit.jupiter.api.Test;

/** What every provider of a {@link BlobStore} must do. */
abstract class BlobStoreContract {
  /** An empty store. */
  abstract BlobStore newStore();

  @Test
  void aBlobIsStoredOnce() {
    BlobStore store = newStore();
    assertThat(store.putIfAbsent("a/b", BlobStore.Source.of(bytes("first")))).isTrue();
    assertThat(store.putIfAbsent("a/b", BlobStore.Source.of(bytes("second")))).isFalse();
    assertThat(store.size("a/b")).isEqualTo(5);
    assertThat(text(store.read("a/b", 1, 3))).isEqualTo("irs");
    assertThat(store.size("a/c")).isEqualTo(-1);
    assertCode(() -> store.read("a/c", 0, 1), ErrorCode.DATA_CORRUPTED);
    assertCode(() -> store.read("a/b", 3, 3), ErrorCode.DATA_CORRUPTED);
  }

  @Test
  void listingGoesByPrefix() {
    BlobStore store = newStore();
    for (String name : new String[] {"b", "a/2", "a/1", "ab", "a/x/y"}) {
      store.putIfAbsent(name, BlobStore.Source.of(bytes(name)));
    }
    assertThat(store.list("")).containsExactly("a/1", "a/2", "a/x/y", "ab", "b");
    assertThat(store.list("a/")).containsExactly("a/1", "a/2", "a/x/y");
    store.delete("a/1");
    store.delete("a/1");
    assertThat(store.list("a")).containsExactly("a/2", "a/x/y", "ab");
  }

  @Test
  void aSourceThatFailsLeavesNoBlob() {
    BlobStore store = newStore();
    assertThatThrownBy(() ->
            store.putIfAbsent(
                "a",
                sink -> {
                  sink.accept(bytes("half"));
                  throw new IllegalStateException("no more");
                }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(store.list("")).isEmpty();
    assertThat(store.putIfAbsent("a", BlobStore.Source.of(bytes("whole")))).isTrue();
  }
}
