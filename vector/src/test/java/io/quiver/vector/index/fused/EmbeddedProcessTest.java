package io.quiver.vector.index.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applications start Java as they like: with native access or without, and with other options. */
class EmbeddedProcessTest {
  @ParameterizedTest
  @CsvSource({
    "-Dquiver.vector.prefetch=true, segments plain",
    "--enable-native-access=ALL-UNNAMED -Dquiver.vector.prefetch=true, addresses prefetch",
    "-XX:+IgnoreUnrecognizedVMOptions -XX:UseAVX=2, segments plain"
  })
  void everyWayOfStartingJavaServes(String options, String expected)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "--add-modules=jdk.incubator.vector"));
    command.addAll(List.of(options.split(" ", -1)));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(EmbeddedProcess.class.getName());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    String line = output.lines().reduce((a, b) -> b).orElseThrow();
    boolean canPrefetch =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    if (!expected.endsWith("prefetch") || canPrefetch) {
      assertThat(line).startsWith(expected);
    }
    String[] words = line.split(" ", -1);
    for (int i = 2; i < words.length; i++) {
      assertThat(Double.parseDouble(words[i])).as(line).isGreaterThanOrEqualTo(0.95);
    }
  }
}
