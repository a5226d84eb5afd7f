package io.quiver.vector.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuDeviceTest extends VectorDeviceContract {
  @Override
  VectorDevice device() {
    return VectorDevices.cpu();
  }

  @Test
  void theCpuIsAlwaysThere() {
    assertThat(VectorDevices.available()).last().extracting(VectorDevice::name).isEqualTo("CPU");
  }
}
