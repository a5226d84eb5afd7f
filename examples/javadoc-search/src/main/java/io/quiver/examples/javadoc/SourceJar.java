package io.quiver.examples.javadoc;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The sources of one library: {@code commons-io-2.22.0-sources.jar}, as Maven puts it on the class
 * path, or as an entry of {@code quiver.jar}.
 *
 * @param project who makes it
 * @param entry its name in the jar {@code file}; empty where {@code file} is the source jar itself
 */
record SourceJar(String library, String version, String project, Path file, String entry) {
  private static final Pattern FILE_NAME = Pattern.compile("(.+?)-(\\d.*)-sources\\.jar");

  /** Where {@code quiver.jar} has them. */
  private static final String FOLDER = "io/quiver/examples/javadoc/sources/";

  /** The source jars among the dependencies of this example, by name. */
  static List<SourceJar> onClassPath() throws IOException {
    List<SourceJar> found = new ArrayList<>();
    for (String part : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path file = Path.of(part);
      Matcher name = FILE_NAME.matcher(String.valueOf(file.getFileName()));
      if (name.matches()) {
        found.add(named(name, file, ""));
      }
    }
    Path home = home();
    if (Files.isRegularFile(home)) {
      found.addAll(inside(home));
    }
    found.sort(Comparator.comparing(SourceJar::library));
    return List.copyOf(found);
  }

  /** Those that a jar holds as entries. */
  static List<SourceJar> inside(Path file) throws IOException {
    List<SourceJar> found = new ArrayList<>();
    try (JarFile jar = new JarFile(file.toFile())) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (entry.getName().startsWith(FOLDER)) {
          Matcher name = FILE_NAME.matcher(entry.getName().substring(FOLDER.length()));
          if (name.matches()) {
            found.add(named(name, file, entry.getName()));
          }
        }
      }
    }
    return found;
  }

  /** The jar, or the folder, that this class was loaded from. */
  private static Path home() {
    try {
      return Path.of(SourceJar.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SourceJar named(Matcher name, Path file, String entry) {
    return new SourceJar(name.group(1), name.group(2), project(name.group(1)), file, entry);
  }

  /** All of them are published under this licence; Maven coordinates do not say so. */
  String licence() {
    return "Apache-2.0";
  }

  /** The text of each Java file that documents its package's public types. */
  List<SourceText> read() throws IOException {
    if (entry.isEmpty()) {
      try (InputStream in = Files.newInputStream(file)) {
        return read(in);
      }
    }
    try (JarFile jar = new JarFile(file.toFile());
        InputStream in = jar.getInputStream(jar.getJarEntry(entry))) {
      return read(in);
    }
  }

  private static List<SourceText> read(InputStream in) throws IOException {
    List<SourceText> sources = new ArrayList<>();
    try (ZipInputStream jar = new ZipInputStream(new BufferedInputStream(in))) {
      for (ZipEntry file = jar.getNextEntry(); file != null; file = jar.getNextEntry()) {
        String path = file.getName();
        boolean java = path.endsWith(".java") && !path.endsWith("-info.java");
        if (java && !path.startsWith("META-INF/")) {
          sources.add(new SourceText(path, new String(jar.readAllBytes(), StandardCharsets.UTF_8)));
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
