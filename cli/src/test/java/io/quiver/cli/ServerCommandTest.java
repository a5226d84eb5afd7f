package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServerCommandTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void anAddressThatOthersReachIsRefusedBeforeAnythingIsOpened(String host) {
    StringWriter errors = new StringWriter();
    Path data = directory.resolve("data");
    int code =
        commandLine(errors).execute("server", "--host", host, "--port", "0", "--data", data + "");
    assertThat(code).isEqualTo(1);
    assertThat(errors.toString()).startsWith("ERROR 22023: --host " + host).contains("--insecure");
    assertThat(data).doesNotExist();
  }

  @Test
  void aNameThatIsNoAddressIsSaidToBeNone() {
    StringWriter errors = new StringWriter();
    int code = commandLine(errors).execute("server", "--host", "no such host");
    assertThat(code).isEqualTo(1);
    assertThat(errors.toString())
        .isEqualToIgnoringNewLines("ERROR 22023: --host no such host names no address");
  }

  private static CommandLine commandLine(StringWriter errors) {
    return Main.commandLine().setErr(new PrintWriter(errors, true));
  }
}
