package io.quiver.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What the process and the directory look like at one moment of a soak.
 *
 * @param minutes since the start
 * @param heapMegabytes what the last full collection left of the heap
 * @param residentMegabytes what the process has in memory, mapped files included
 * @param anonymousMegabytes the part of it that is no mapped file
 * @param files in the directory
 * @param diskMegabytes their sizes
 * @param descriptors open ones of the process
 * @param threads platform threads of the process
 * @param latencies middle and 99th percentile of each kind of operation since the sample before, in
 *     milliseconds; NaN where there was none
 */
record SoakSample(
    double minutes,
    double heapMegabytes,
    double residentMegabytes,
    double anonymousMegabytes,
    double files,
    double diskMegabytes,
    double descriptors,
    double threads,
    List<Double> latencies) {
  SoakSample {
    latencies = List.copyOf(latencies);
  }

  static SoakSample take(
      double minutes, double heapMegabytes, Path directory, List<Double> latencies)
      throws IOException {
    long[] stored = new long[2];
    try (Stream<Path> all = Files.walk(directory)) {
      all.forEach(file -> count(file, stored));
    } catch (UncheckedIOException e) {
      // A directory went while it was walked; the next sample counts it.
      if (!(e.getCause() instanceof NoSuchFileException)) {
        throw e;
      }
    }
    long descriptors;
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      descriptors = open.count();
    }
    String status = Files.readString(Path.of("/proc/self/status"));
    return new SoakSample(
        minutes,
        heapMegabytes,
        field(status, "VmRSS") / 1e3,
        field(status, "RssAnon") / 1e3,
        stored[0],
        stored[1] / 1e6,
        descriptors,
        field(status, "Threads"),
        latencies);
  }

  private static void count(Path file, long[] stored) {
    try {
      if (Files.isRegularFile(file)) {
        stored[1] += Files.size(file);
        stored[0]++;
      }
    } catch (NoSuchFileException e) {
      // It has gone meanwhile.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * What is alive on the heap, in megabytes: collects all of it, which stops every thread for some
   * tens of milliseconds, and asks what that left.
   */
  static double liveHeapMegabytes() {
    System.gc();
    long bytes = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP && pool.getCollectionUsage() != null) {
        bytes += pool.getCollectionUsage().getUsed();
      }
    }
    return bytes / 1e6;
  }

  private static double field(String status, String name) {
    return status
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(Double.NaN);
  }

  static String header(List<String> kinds) {
    return "minutes,heap_mb,rss_mb,anonymous_mb,files,disk_mb,descriptors,threads,"
        + kinds.stream()
            .map(kind -> kind + "_p50_ms," + kind + "_p99_ms")
            .collect(Collectors.joining(","));
  }

  String line() {
    return DoubleStream.concat(
            DoubleStream.of(
                minutes,
                heapMegabytes,
                residentMegabytes,
                anonymousMegabytes,
                files,
                diskMegabytes,
                descriptors,
                threads),
            latencies.stream().mapToDouble(Double::doubleValue))
        .mapToObj(value -> String.format(Locale.ROOT, "%.3f", value))
        .collect(Collectors.joining(","));
  }
}
