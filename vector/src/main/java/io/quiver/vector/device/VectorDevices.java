package io.quiver.vector.device;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The devices of this machine. */
public final class VectorDevices {
  private VectorDevices() {}

  /** The processor that this runs on. */
  public static VectorDevice cpu() {
    return new CpuDevice();
  }

  /** Those that other modules offer, and at last the CPU. */
  public static List<VectorDevice> available() {
    return Stream.concat(
            ServiceLoader.load(VectorDevice.class).stream().map(ServiceLoader.Provider::get),
            Stream.of(cpu()))
        .toList();
  }
}
