package io.quiver.examples.javadoc;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.onnx.allminilml6v2q.AllMiniLmL6V2QuantizedEmbeddingModel;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Turns text into vectors with all-MiniLM-L6-v2, quantized, on the CPU of this process. Its vectors
 * have 384 dimensions and length 1. Safe for many threads.
 */
final class Embedder {
  static final int DIMENSION = 384;

  /** Part of the key under which embeddings are kept: another model makes other vectors. */
  static final String MODEL = "all-minilm-l6-v2-q";

  private Embedder() {}

  static float[] embed(String text) {
    return Loaded.MODEL.embed(text).content().vector();
  }

  static List<float[]> embed(List<String> texts) {
    List<TextSegment> segments = texts.stream().map(TextSegment::from).toList();
    return Loaded.MODEL.embedAll(segments).content().stream().map(Embedding::vector).toList();
  }

  /** Loading takes about a second and 100 MB: whoever never embeds never pays. */
  private static final class Loaded {
    static final AllMiniLmL6V2QuantizedEmbeddingModel MODEL =
        new AllMiniLmL6V2QuantizedEmbeddingModel(threads());

    /** Daemons, so that a program that embedded something can still end. */
    private static ExecutorService threads() {
      return Executors.newFixedThreadPool(
          Runtime.getRuntime().availableProcessors(),
          Thread.ofPlatform().daemon().name("embed-", 0).factory());
    }
  }
}
