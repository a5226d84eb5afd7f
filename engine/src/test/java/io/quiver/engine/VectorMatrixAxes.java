package io.quiver.engine;

import java.util.Arrays;
import java.util.Random;

/** What {@link VectorMatrixTest} combines with the states of a table. */
final class VectorMatrixAxes {
  private VectorMatrixAxes() {}

  enum Kind {
    FLAT("flat", 1),
    HNSW("hnsw", 0.95),
    HNSW_SQ8("hnsw WITH (quantizer = 'sq8')", 0.95),
    HNSW_RABITQ("hnsw WITH (quantizer = 'rabitq')", 0.95),
    IVF_FLAT("ivf_flat", 0.95),
    IVF_SQ8("ivf_sq8", 0.95),
    IVF_PQ("ivf_pq", 0.9),
    IVF_RABITQ("ivf_rabitq", 0.9),
    DISKANN("diskann", 0.95),
    AUTO("auto", 0.95);

    final String using;

    /** Of all queries of all cases. */
    final double recall;

    Kind(String using, double recall) {
      this.using = using;
      this.recall = recall;
    }

    /** With its distance before its options. */
    String using(String distance) {
      int with = using.indexOf(" WITH");
      return with < 0
          ? using + " DISTANCE " + distance
          : using.substring(0, with) + " DISTANCE " + distance + using.substring(with);
    }
  }

  enum Space {
    L2_FLOAT32("<->", "L2", ""),
    L2_FLOAT16("<->", "L2", ", FLOAT16"),
    L2_INT8("<->", "L2", ", INT8"),
    COSINE_FLOAT32("<=>", "COSINE", ""),
    COSINE_BFLOAT16("<=>", "COSINE", ", BFLOAT16"),
    INNER_PRODUCT_FLOAT32("<#>", "INNER_PRODUCT", ""),
    INNER_PRODUCT_INT8("<#>", "INNER_PRODUCT", ", INT8"),
    L1_FLOAT32("<+>", "L1", ""),
    HAMMING_BINARY("<~>", "HAMMING", ", BINARY"),
    JACCARD_BINARY("<%>", "JACCARD", ", BINARY");

    final String operator;
    final String distance;
    final String element;

    Space(String operator, String distance, String element) {
      this.operator = operator;
      this.distance = distance;
      this.element = element;
    }

    boolean isEuclidean() {
      return switch (this) {
        case L1_FLOAT32, HAMMING_BINARY, JACCARD_BINARY -> false;
        default -> true;
      };
    }

    boolean isServedBy(Kind kind) {
      return isEuclidean()
          || switch (kind) {
            case FLAT, AUTO -> true;
            case HNSW -> this != L1_FLOAT32;
            default -> false;
          };
    }

    float[] vector(Random random) {
      float[] vector = new float[VectorMatrixTest.DIMENSION];
      int cluster = random.nextInt(20);
      // Without a bit or a direction there is no cosine; a few of them are there.
      boolean zero = random.nextInt(100) == 0;
      for (int i = 0; i < VectorMatrixTest.DIMENSION && !zero; i++) {
        double value = Math.sin(cluster * 31 + i * 7) * 2 + random.nextGaussian() * 0.5;
        vector[i] =
            switch (this) {
              case HAMMING_BINARY, JACCARD_BINARY -> value > 0 ? 1 : 0;
              case L2_INT8, INNER_PRODUCT_INT8 -> Math.clamp(Math.round(value * 30), -127, 127);
              default -> (float) value;
            };
      }
      return vector;
    }

    /** As SQL has it. */
    String literal(Random random) {
      return "'" + Arrays.toString(vector(random)).replace(".0,", ",").replace(".0]", "]") + "'";
    }
  }

  enum Selectivity {
    ALL,
    HALF,
    TENTH,
    HUNDREDTH,
    THOUSANDTH,
    NONE,
    EXACTLY_K,
    ONE_LESS_THAN_K;

    int of(int rows) {
      return switch (this) {
        case ALL -> rows;
        case HALF -> rows / 2;
        case TENTH -> rows / 10;
        case HUNDREDTH -> rows / 100;
        case THOUSANDTH -> Math.max(1, rows / 1_000);
        case NONE -> 0;
        case EXACTLY_K -> Math.min(rows, VectorMatrixTest.K);
        case ONE_LESS_THAN_K -> Math.min(rows, VectorMatrixTest.K - 1);
      };
    }
  }
}
