package io.quiver.sqllogic;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every {@code .slt} file of the specification over every interface, a database each, and
 * SQLite's own {@code select1}. One file alone: {@code -Dtest=SqlLogicTest -Dslt=joins}.
 */
class SqlLogicTest {
  private static final Path SPECIFICATION = Path.of("slt");

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> specification() throws IOException {
    String only = System.getProperty("slt", "");
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(SPECIFICATION)) {
      all.filter(file -> file.toString().endsWith(".slt"))
          .filter(file -> file.getFileName().toString().startsWith(only))
          .sorted()
          .forEach(files::add);
    }
    return files.stream()
        .flatMap(file ->
            Interfaces.all().stream()
                .map(way ->
                    dynamicTest(
                        file.getFileName() + " " + way.name(),
                        () ->
                            run(
                                way,
                                file.toString(),
                                Files.readAllLines(file, StandardCharsets.UTF_8)))));
  }

  @TestFactory
  DynamicTest sqliteSelect1() {
    return dynamicTest(
        "select1.test embedded",
        () -> {
          try (InputStream in = SqlLogicTest.class.getResourceAsStream("/test/select1.test")) {
            if (in == null) {
              throw new IllegalStateException("sql-logic-test holds no select1.test");
            }
            List<String> lines =
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            run(Interfaces.Way.EMBEDDED, "select1.test", lines);
          }
        });
  }

  private void run(Interfaces.Way way, String file, List<String> lines) throws Exception {
    Path data = Files.createTempDirectory(directory, "slt");
    try (Interface subject = way.open(data)) {
      new SltRunner(subject, file).run(SltParser.parse(lines));
    }
  }
}
