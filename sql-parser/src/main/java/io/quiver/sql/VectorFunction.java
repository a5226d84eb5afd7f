package io.quiver.sql;

/** What the operators and functions over vectors compute, by whichever name. */
public enum VectorFunction {
  L2_DISTANCE,
  L2_SQUARED_DISTANCE,
  COSINE_DISTANCE,
  COSINE_SIMILARITY,
  INNER_PRODUCT,
  NEGATIVE_INNER_PRODUCT,
  L1_DISTANCE,
  HAMMING_DISTANCE,
  JACCARD_DISTANCE,
  VECTOR_DIMS,
  VECTOR_NORM,
  L2_NORMALIZE,
  /** The argument itself: the validator has cast it to a vector. */
  TO_VECTOR,
  TO_TEXT,
  BINARY_QUANTIZE,
  SUBVECTOR,
  ADD,
  SUBTRACT,
  MULTIPLY,
  CONCAT
}
