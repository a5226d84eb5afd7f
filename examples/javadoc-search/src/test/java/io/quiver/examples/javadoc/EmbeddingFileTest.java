package io.quiver.examples.javadoc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingFileTest {
  @TempDir private Path directory;

  @Test
  void keptEmbeddingsAreFoundAgain() throws IOException {
    Path file = directory.resolve("embeddings");
    try (EmbeddingFile kept = EmbeddingFile.open(file)) {
      assertThat(kept.get("one")).isNull();
      kept.put(List.of("one", "two"), List.of(filled(1), filled(2)));
      assertThat(kept.get("one")).isEqualTo(filled(1));
    }
    try (EmbeddingFile kept = EmbeddingFile.open(file)) {
      assertThat(kept.size()).isEqualTo(2);
      assertThat(kept.get("two")).isEqualTo(filled(2));
      assertThat(kept.get("three")).isNull();
    }
  }

  @Test
  void aRecordCutShortIsDroppedAndTheFileGoesOn() throws IOException {
    Path file = directory.resolve("embeddings");
    try (EmbeddingFile kept = EmbeddingFile.open(file)) {
      kept.put(List.of("one", "two"), List.of(filled(1), filled(2)));
    }
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, whole.length - 5));
    try (EmbeddingFile kept = EmbeddingFile.open(file)) {
      assertThat(kept.get("one")).isEqualTo(filled(1));
      assertThat(kept.get("two")).isNull();
      kept.put(List.of("two"), List.of(filled(2)));
    }
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
  }

  private static float[] filled(float value) {
    float[] vector = new float[Embedder.DIMENSION];
    Arrays.fill(vector, value);
    return vector;
  }
}
