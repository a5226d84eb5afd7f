package io.quiver.vector.device;

import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;

/**
 * A processor with memory of its own that computes many distances at once. A module that has one
 * offers it as a service of this type; {@link VectorDevices} finds it. Any number of threads may
 * use a device.
 */
public interface VectorDevice {
  /** What it is, such as {@code CPU} or the model of a GPU. */
  String name();

  /** Bytes of its memory that rows may take now. */
  long memoryFreeBytes();

  /** Whether it computes the rows' metric over their encoding. */
  boolean serves(VectorRows rows);

  /**
   * Copies the rows to the device; the owner's memory is not read afterwards.
   *
   * @throws IllegalArgumentException when it does not serve them, or has no room
   */
  DeviceRows load(VectorRows rows);

  /** Whether it builds indexes of the kind and parameters. */
  boolean builds(IndexSpec spec);

  /**
   * Builds an index that then needs the device no more.
   *
   * @throws IllegalArgumentException when it does not build the kind
   */
  VectorIndex build(IndexSpec spec, VectorRows rows, BuildOptions options);
}
