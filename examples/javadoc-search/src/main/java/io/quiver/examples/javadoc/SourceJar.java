package io.quiver.examples.javadoc;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sources of one library, as Maven puts them on the class path: {@code
 * commons-io-2.22.0-sources.jar}.
 *
 * @param project who makes it
 */
record SourceJar(String library, String version, String project, Path file) {
  private static final Pattern FILE_NAME = Pattern.compile("(.+?)-(\\d.*)-sources\\.jar");

  /** The source jars among the dependencies of this example, by name. */
  static List<SourceJar> onClassPath() {
    List<SourceJar> found = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path file = Path.of(entry);
      Matcher name = FILE_NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches()) {
        found.add(new SourceJar(name.group(1), name.group(2), project(name.group(1)), file));
      }
    }
    found.sort(Comparator.comparing(SourceJar::library));
    return List.copyOf(found);
  }

  /** All of them are published under this licence; Maven coordinates do not say so. */
  String licence() {
    return "Apache-2.0";
  }

  /** The text of each Java file that documents its package's public types. */
  List<SourceText> read() throws IOException {
    List<SourceText> sources = new ArrayList<>();
    try (JarFile jar = new JarFile(file.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        String path = entry.getName();
        boolean java = path.endsWith(".java") && !path.endsWith("-info.java");
        if (java && !path.startsWith("META-INF/")) {
          byte[] utf8 = jar.getInputStream(entry).readAllBytes();
          sources.add(new SourceText(path, new String(utf8, StandardCharsets.UTF_8)));
        }
      }
    }
    return sources;
  }

  private static String project(String library) {
    String prefix = library.toLowerCase(Locale.ROOT).split("-", 2)[0];
    return switch (prefix) {
      case "commons" -> "Apache Commons";
      case "guava", "gson" -> "Google";
      case "jackson" -> "FasterXML";
      case "joda" -> "Joda";
      default -> "other";
    };
  }

  /** One Java file. */
  record SourceText(String path, String text) {}
}
