package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class LauncherTest {
  private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java") + "";

  @Test
  void theFlagsAreThoseOfTheLaunchScripts() {
    assertThat(Launcher.flags(new String[] {"console"}))
        .contains("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")
        .doesNotContain("-XX:+ExitOnOutOfMemoryError");
    assertThat(Launcher.flags(new String[] {"server"})).contains("-XX:+ExitOnOutOfMemoryError");
  }

  @Test
  void optionsOfTheJvmAndArgumentsSurviveByteForByte() {
    // Latin-1, which is no UTF-8.
    byte[] odd = {'S', (byte) 0xe9};
    byte[] line = commandLine(text("java"), text("-Xmx1g"), text("-jar"), text("q.jar"), odd);
    List<byte[]> exec =
        Launcher.execArguments(line, new String[] {"whatever it was decoded to"}).orElseThrow();
    List<String> shown = exec.stream().map(LauncherTest::latin1).toList();
    assertThat(shown).startsWith("java", "--add-modules=jdk.incubator.vector");
    assertThat(shown).endsWith("-Xmx1g", "-cp", "q.jar", "io.quiver.cli.Main", "S\u00e9");
    assertThat(shown).doesNotContain("-jar");
  }

  @Test
  void anEmptyArgumentStays() {
    byte[] line = commandLine(text("java"), text("-jar"), text("q.jar"), text("console"), text(""));
    List<byte[]> exec = Launcher.execArguments(line, new String[] {"console", ""}).orElseThrow();
    assertThat(exec.stream().map(LauncherTest::latin1))
        .endsWith("io.quiver.cli.Main", "console", "");
  }

  @Test
  void theNameOfTheClassIsUnderstoodToo() {
    byte[] line =
        commandLine(text("java"), text("-cp"), text("q.jar"), text("io.quiver.cli.Launcher"));
    List<byte[]> exec = Launcher.execArguments(line, new String[0]).orElseThrow();
    assertThat(exec.stream().map(LauncherTest::latin1))
        .endsWith("-cp", "q.jar", "io.quiver.cli.Main");
  }

  @Test
  void anotherWayToStartIsLeftAlone() {
    byte[] line = commandLine(text("java"), text("@options"), text("version"));
    assertThat(Launcher.execArguments(line, new String[] {"version"})).isEmpty();
  }

  @Test
  void aChildsExitCodeIsOurs() throws Exception {
    assertThat(Launcher.runChild(List.of(JAVA, "-version"))).isZero();
    assertThat(Launcher.runChild(List.of(JAVA, "no.such.Class"))).isEqualTo(1);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String latin1(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] commandLine(byte[]... parts) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      line.writeBytes(part);
      line.write(0);
    }
    return line.toByteArray();
  }
}
