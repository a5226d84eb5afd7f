package io.quiver.planner;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.FunctionCategory;
import io.quiver.planner.translate.FunctionInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of docs/functions.md, one a category; what stands between them is written by hand. */
final class FunctionsPage {
  static final Path PAGE = Path.of("..", "docs", "functions.md");

  private FunctionsPage() {}

  /** Puts the tables into the page, each below its heading. */
  static void main() throws IOException {
    List<String> lines = new ArrayList<>();
    FunctionCategory current = null;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("## ")) {
        current = category(line.substring(3));
        lines.add(line);
        lines.add("");
        lines.addAll(table(current));
      } else if (current == null || !line.startsWith("|")) {
        if (!line.isEmpty() || !lines.getLast().isEmpty()) {
          lines.add(line);
        }
      }
    }
    Files.write(PAGE, lines);
  }

  private static FunctionCategory category(String title) {
    for (FunctionCategory category : FunctionCategory.values()) {
      if (category.title().equals(title)) {
        return category;
      }
    }
    throw new IllegalStateException("no functions are about " + title);
  }

  /** The table below the heading of a category. */
  static List<String> table(FunctionCategory category) {
    List<String> lines = new ArrayList<>(List.of("| Function | Gives | |", "|---|---|---|"));
    List<FunctionInfo> all =
        BuiltinFunctions.all().stream().filter(info -> info.category() == category).toList();
    for (FunctionInfo info : all) {
      if (info.aliasOf() == null) {
        String names =
            all.stream()
                .filter(other -> other.equals(info) || info.name().equals(other.aliasOf()))
                .flatMap(other -> calls(other, info))
                .collect(Collectors.joining(", "));
        String types =
            info.forms().stream()
                .map(FunctionInfo.Form::returns)
                .distinct()
                .collect(Collectors.joining(", "));
        lines.add("| " + names + " | " + types + " | " + escaped(info.description()) + " |");
      }
    }
    return lines;
  }

  /** Aliases are named alone: their forms are those of the function. */
  private static Stream<String> calls(FunctionInfo info, FunctionInfo of) {
    return info.equals(of)
        ? info.forms().stream().map(form -> "`" + info.call(form) + "`").distinct()
        : Stream.of("`" + info.name() + "`");
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
  }
}
