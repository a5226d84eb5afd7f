package io.quiver.examples.javadoc;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings that were computed before, so that they are computed once. A file of records: the
 * first 16 bytes of the SHA-256 of model and text, then 384 big-endian floats. New ones are
 * appended batch by batch; a record cut short by a kill is dropped at the next opening.
 */
final class EmbeddingFile implements AutoCloseable {
  private static final int KEY_BYTES = 16;
  private static final int RECORD_BYTES = KEY_BYTES + Float.BYTES * Embedder.DIMENSION;

  private final Map<String, float[]> known;
  private final DataOutputStream out;

  private EmbeddingFile(Map<String, float[]> known, DataOutputStream out) {
    this.known = known;
    this.out = out;
  }

  static EmbeddingFile open(Path file) throws IOException {
    Map<String, float[]> known = new HashMap<>();
    if (Files.exists(file)) {
      read(file, known);
      try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
        channel.truncate(channel.size() / RECORD_BYTES * RECORD_BYTES);
      }
    }
    var appending =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new EmbeddingFile(known, new DataOutputStream(new BufferedOutputStream(appending)));
  }

  float @Nullable [] get(String text) {
    return known.get(key(text));
  }

  int size() {
    return known.size();
  }

  /** Keeps one batch; it is on disk when this returns, as far as the operating system says. */
  void put(List<String> texts, List<float[]> embeddings) throws IOException {
    for (int i = 0; i < texts.size(); i++) {
      String key = key(texts.get(i));
      float[] embedding = embeddings.get(i);
      known.put(key, embedding);
      out.write(HexFormat.of().parseHex(key));
      for (float value : embedding) {
        out.writeFloat(value);
      }
    }
    out.flush();
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  private static void read(Path file, Map<String, float[]> known) throws IOException {
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      byte[] key = new byte[KEY_BYTES];
      while (true) {
        in.readFully(key);
        float[] embedding = new float[Embedder.DIMENSION];
        for (int i = 0; i < embedding.length; i++) {
          embedding[i] = in.readFloat();
        }
        known.put(HexFormat.of().formatHex(key), embedding);
      }
    } catch (EOFException end) {
      // The file ends here, or in the middle of a record that is computed anew.
    }
  }

  private static String key(String text) {
    try {
      byte[] content = (Embedder.MODEL + "\n" + text).getBytes(StandardCharsets.UTF_8);
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(hash, 0, KEY_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
