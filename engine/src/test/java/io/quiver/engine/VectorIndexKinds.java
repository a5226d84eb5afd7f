package io.quiver.engine;

import java.util.List;

/** What CREATE INDEX says behind USING for each kind of index on vectors. */
final class VectorIndexKinds {
  private VectorIndexKinds() {}

  static List<String> all() {
    return List.of(
        "flat",
        "hnsw",
        "hnsw WITH (quantizer = 'sq8')",
        "hnsw WITH (quantizer = 'rabitq')",
        "ivf_flat",
        "ivf_sq8",
        "ivf_pq",
        "ivf_rabitq",
        "diskann",
        "auto");
  }
}
