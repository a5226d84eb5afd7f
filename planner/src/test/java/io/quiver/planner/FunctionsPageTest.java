package io.quiver.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.planner.translate.BuiltinFunctions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FunctionsPageTest {
  private static final Pattern NAME = Pattern.compile("`([a-z_0-9]+)(\\([^`]*\\))?`");

  @Test
  void thePageNamesEveryFunctionAndNoOther() throws IOException {
    Set<String> named = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "functions.md"))) {
      if (line.startsWith("| `")) {
        Matcher matcher = NAME.matcher(line.substring(0, line.indexOf(" | ", 2)));
        while (matcher.find()) {
          named.add(matcher.group(1));
        }
      }
    }
    assertThat(named).isEqualTo(BuiltinFunctions.names());
  }
}
