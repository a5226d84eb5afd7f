package io.quiver.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Hands over to the {@link Demo} on the class path. */
@Command(
    name = "demo",
    description = {
      "Searches the Javadoc of well-known libraries by meaning.",
      "The first run embeds about 10,000 texts on this machine's processors, which takes a minute;"
          + " they are kept. It ends in the console, unless a question is given."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the database is kept. Default: ${DEFAULT-VALUE}")
  private Path data = Path.of("quiver-data", "javadoc");

  @Option(names = "--rebuild", description = "Make the tables anew.")
  private boolean rebuild;

  @Parameters(
      arity = "0..1",
      paramLabel = "QUESTION",
      description = "Answer this one question and end.")
  private @Nullable String question;

  @Override
  public Integer call() throws Exception {
    Optional<Demo> demo = ServiceLoader.load(Demo.class).findFirst();
    if (demo.isEmpty()) {
      System.err.println(
          "the demo is not on the class path: run ./quiver demo in a checkout of Quiver");
      return 1;
    }
    return demo.get().run(new Demo.Options(data, rebuild, Optional.ofNullable(question)));
  }
}
