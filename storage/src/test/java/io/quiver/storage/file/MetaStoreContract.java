package io.quiver.storage.file;

import static io.quiver.storage.file.FileSystemContract.assertCode;
import static io.quiver.storage.file.FileSystemContract.bytes;
import static io.quiver.storage.file.FileSystemContract.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.file.MetaStore.Expect;
import io.quiver.storage.file.MetaStore.Put;
import io.quiver.storage.file.MetaStore.Versioned;
import io.quiver.types.ErrorCode;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every provider of a {@link MetaStore} must do. */
abstract class MetaStoreContract {
  static final MetaStore.Key A = new MetaStore.Key("a");
  static final MetaStore.Key B = new MetaStore.Key("log/0/epoch");

  /** A store; a second call gives the same values, as after a restart. */
  abstract MetaStore newStore();

  @Test
  void valuesSurviveARestartWithTheirVersions() {
    long version;
    try (MetaStore store = newStore()) {
      assertThat(store.get(A)).isNull();
      store.commit(List.of(), List.of(new Put(A, bytes("1")), new Put(B, bytes(""))));
      store.commit(List.of(), List.of(new Put(A, bytes("2"))));
      version = version(store, A);
    }
    try (MetaStore store = newStore()) {
      assertThat(value(store, A)).isEqualTo("2");
      assertThat(value(store, B)).isEmpty();
      assertThat(version(store, A)).isEqualTo(version);
    }
  }

  @Test
  void aCommitWhoseExpectationFailsChangesNothing() {
    try (MetaStore store = newStore()) {
      store.commit(List.of(new Expect(A, Versioned.ABSENT)), List.of(new Put(A, bytes("1"))));
      Put a = new Put(A, bytes("2"));
      Put b = new Put(B, bytes("2"));
      for (long wrong : new long[] {Versioned.ABSENT, version(store, A) + 1}) {
        assertCode(
            () -> store.commit(List.of(new Expect(A, wrong)), List.of(a, b)),
            ErrorCode.SERIALIZATION_FAILURE);
      }
      assertThat(value(store, A)).isEqualTo("1");
      assertThat(store.get(B)).isNull();
      store.commit(List.of(new Expect(A, version(store, A))), List.of(a, b));
      assertThat(value(store, B)).isEqualTo("2");
    }
  }

  @Test
  void aKeyThatComesBackHasANewVersion() {
    try (MetaStore store = newStore()) {
      store.commit(List.of(), List.of(new Put(A, bytes("1"))));
      long first = version(store, A);
      store.commit(List.of(), List.of(new Put(A, null)));
      assertThat(store.get(A)).isNull();
      store.commit(List.of(), List.of(new Put(A, bytes("1"))));
      assertThat(version(store, A)).isGreaterThan(first);
    }
  }

  @Test
  void aWatchFiresForItsKeyAlone() throws Exception {
    try (MetaStore store = newStore();
        MetaStore.Watch watch = store.watch(A)) {
      store.commit(List.of(), List.of(new Put(B, bytes("1"))));
      assertThat(watch.changed()).isNotDone();
      store.commit(List.of(), List.of(new Put(A, bytes("1"))));
      watch.changed().get(10, TimeUnit.SECONDS);
    }
  }

  static @Nullable String value(MetaStore store, MetaStore.Key key) {
    Versioned found = store.get(key);
    return found == null ? null : text(found.value());
  }

  static long version(MetaStore store, MetaStore.Key key) {
    Versioned found = store.get(key);
    return found == null ? Versioned.ABSENT : found.version();
  }
}
