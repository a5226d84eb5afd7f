package io.quiver.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.DatabaseOptions;
import io.quiver.storage.BuildLimits;
import io.quiver.storage.StorageMemory;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  @Test
  void theMemoryOfADatabaseIsSaid() {
    assertThat(options().memory()).isEqualTo(StorageMemory.RESIDENT);
    assertThat(options().cacheBytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 2);
    assertThat(options("--memory", "mapped").memory()).isEqualTo(StorageMemory.MAPPED);
    DatabaseOptions resident = options("--memory", "resident", "--cache", "2g");
    assertThat(resident.memory()).isEqualTo(StorageMemory.RESIDENT);
    assertThat(resident.cacheBytes()).isEqualTo(2L << 30);
  }

  @Test
  void whatBuildsMayTakeIsSaid() {
    assertThat(options().builds()).isEqualTo(BuildLimits.usual());
    assertThat(options("--index-build-threads", "3", "--index-build-memory", "512m").builds())
        .isEqualTo(new BuildLimits(3, 512L << 20));
  }

  @ParameterizedTest
  @CsvSource({"--index-build-threads,0", "--index-build-memory,1k"})
  void buildsThatMayTakeNothingAreRefused(String option, String value) {
    StringWriter errors = new StringWriter();
    Path data = directory.resolve("data");
    int code = commandLine(errors).execute("server", option, value, "--data", data + "");
    assertThat(code).isEqualTo(1);
    assertThat(errors.toString()).startsWith("ERROR 22023: --index-build-").contains("found");
    assertThat(data).doesNotExist();
  }

  private static DatabaseOptions options(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "server";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLine line = Main.commandLine();
    line.parseArgs(all);
    CommandLine server = Objects.requireNonNull(line.getSubcommands().get("server"));
    return server.<ServerCommand>getCommand().databaseOptions();
  }

  @ParameterizedTest
  @CsvSource({"--memory,swapped", "--cache,much"})
  void aMemoryThatIsNoneIsRefused(String option, String value) {
    StringWriter errors = new StringWriter();
    Path data = directory.resolve("data");
    int code = commandLine(errors).execute("server", option, value, "--data", data + "");
    assertThat(code).isEqualTo(2);
    assertThat(errors.toString()).contains(option).contains(value);
    assertThat(data).doesNotExist();
  }

  private static CommandLine commandLine(StringWriter errors) {
    return Main.commandLine().setErr(new PrintWriter(errors, true));
  }
}
