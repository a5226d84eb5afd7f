package io.quiver.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where {@code java -jar quiver.jar} begins. A manifest cannot ask for the module of the Vector
 * API, nor for other flags of the JVM, so this starts {@link Main} in a JVM that has them: on Linux
 * by exec, which keeps the process with its terminal and signals; elsewhere in a child that is
 * waited for. A JVM that has the module already goes straight to {@link Main}.
 */
public final class Launcher {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final Path OWN_COMMAND_LINE = Path.of("/proc/self/cmdline");

  private Launcher() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", isWindows() ? "java.exe" : "java");
    boolean started = ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
    boolean possible =
        ModuleFinder.ofSystem().find(VECTOR_MODULE).isPresent() && Files.isExecutable(java);
    if (started || !possible) {
      Main.main(arguments);
      return;
    }
    if (Files.isReadable(OWN_COMMAND_LINE)) {
      execArguments(Files.readAllBytes(OWN_COMMAND_LINE), arguments)
          .ifPresent(exec -> Exec.replaceProcess(java, exec));
    }
    System.exit(runChild(childCommand(java, arguments)));
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").startsWith("Windows");
  }

  /** The flags that {@code bin/quiver} reads too, and what is for this command alone. */
  static List<String> flags(String[] arguments) {
    List<String> flags = new ArrayList<>();
    try (InputStream in = Launcher.class.getResourceAsStream("java.options")) {
      if (in == null) {
        throw new IllegalStateException("java.options is not beside " + Launcher.class);
      }
      new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(flags::add);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read java.options", e);
    }
    if (arguments.length > 0 && arguments[0].equals("server")) {
      flags.add("-XX:+ExitOnOutOfMemoryError");
    }
    flags.add("-Dquiver.command=java -jar " + System.getProperty("java.class.path"));
    return flags;
  }

  /**
   * The command line of this process, with the flags and {@link Main} instead of this class. Its
   * bytes are kept, because the JVM decodes arguments by the locale, and loses letters in a poor
   * one.
   *
   * @param commandLine as Linux tells it: each argument ends in a zero byte
   * @return empty when this process was started in another way than by {@code -jar} or by the name
   *     of this class
   */
  static Optional<List<byte[]>> execArguments(byte[] commandLine, String[] arguments) {
    List<byte[]> given = split(commandLine);
    int main = given.size() - arguments.length - 1;
    if (main < 1) {
      return Optional.empty();
    }
    List<byte[]> exec = new ArrayList<>();
    exec.add(given.getFirst());
    flags(arguments).forEach(flag -> exec.add(flag.getBytes(StandardCharsets.UTF_8)));
    if (isText(given.get(main - 1), "-jar")) {
      exec.addAll(given.subList(1, main - 1));
      exec.add("-cp".getBytes(StandardCharsets.UTF_8));
      exec.add(given.get(main));
    } else if (isText(given.get(main), Launcher.class.getName())) {
      exec.addAll(given.subList(1, main));
    } else {
      return Optional.empty();
    }
    exec.add(Main.class.getName().getBytes(StandardCharsets.UTF_8));
    exec.addAll(given.subList(main + 1, given.size()));
    return Optional.of(exec);
  }

  private static List<byte[]> split(byte[] commandLine) {
    List<byte[]> parts = new ArrayList<>();
    ByteArrayOutputStream part = new ByteArrayOutputStream();
    for (byte b : commandLine) {
      if (b == 0) {
        parts.add(part.toByteArray());
        part.reset();
      } else {
        part.write(b);
      }
    }
    return parts;
  }

  private static boolean isText(byte[] bytes, String text) {
    return Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8));
  }

  /** The same for a child process, from what the JVM remembers of its options. */
  private static List<String> childCommand(Path java, String[] arguments) {
    List<String> command = new ArrayList<>();
    command.add(java.toString());
    command.addAll(flags(arguments));
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(Arrays.asList(arguments));
    return command;
  }

  /**
   * Runs the command on this process's terminal and streams until it ends. Whoever ends this
   * process ends the child first: it gets the time that it needs to close a database.
   *
   * @return its exit code
   */
  static int runChild(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    // Their options are among the JVM's already.
    Map<String, String> environment = builder.environment();
    environment.remove("JDK_JAVA_OPTIONS");
    environment.remove("JAVA_TOOL_OPTIONS");
    Process child = builder.start();
    Thread end =
        new Thread(
            () -> {
              child.destroy();
              child.onExit().join();
            },
            "quiver-child-end");
    Runtime.getRuntime().addShutdownHook(end);
    int code = child.waitFor();
    Runtime.getRuntime().removeShutdownHook(end);
    return code;
  }
}
