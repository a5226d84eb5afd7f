package io.quiver.sqllogic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.quiver.storage.Check;
import io.quiver.storage.file.LocalFileSystem;
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
 * SQLite's own {@code select1} to {@code select3} embedded. One file alone: {@code
 * -Dtest=SqlLogicTest -Dslt=joins}. Other files of SQLite's: {@code -Dsqlite=select1} embedded,
 * {@code -Dsqlite.remote=select1,select2,select3} over the other interfaces, as {@code -Pci} does.
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
  Stream<DynamicTest> sqlite() {
    Stream<DynamicTest> embedded =
        sqlite("sqlite", "select1,select2,select3")
            .map(name -> sqlite(name, Interfaces.Way.EMBEDDED));
    Stream<DynamicTest> remote =
        sqlite("sqlite.remote", "")
            .flatMap(name ->
                Interfaces.all().stream()
                    .filter(way -> way != Interfaces.Way.EMBEDDED)
                    .map(way -> sqlite(name, way)));
    return Stream.concat(embedded, remote);
  }

  private static Stream<String> sqlite(String property, String otherwise) {
    return Stream.of(System.getProperty(property, otherwise).split(","))
        .filter(name -> !name.isEmpty());
  }

  private DynamicTest sqlite(String name, Interfaces.Way way) {
    String file = name + ".test";
    return dynamicTest(
        file + " " + way.name(),
        () -> {
          try (InputStream in = SqlLogicTest.class.getResourceAsStream("/test/" + file)) {
            if (in == null) {
              throw new IllegalStateException("sql-logic-test holds no " + file);
            }
            List<String> lines =
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
            run(way, file, lines);
          }
        });
  }

  private void run(Interfaces.Way way, String file, List<String> lines) throws Exception {
    Path data = Files.createTempDirectory(directory, "slt");
    Path files = Files.createTempDirectory(directory, "files");
    try (Interface subject = way.open(data, files)) {
      new SltRunner(subject, file, files).run(SltParser.parse(lines));
    }
    assertThat(Check.run(new LocalFileSystem(data)).damages()).as(file + " " + way).isEmpty();
  }
}
