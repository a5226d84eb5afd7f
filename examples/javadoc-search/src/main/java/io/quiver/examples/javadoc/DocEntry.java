package io.quiver.examples.javadoc;

import org.jspecify.annotations.Nullable;

/**
 * One documented class or method: a row of the table {@code docs}, without its embedding.
 *
 * @param name such as {@code org.apache.commons.io.FileUtils.readLines(File, Charset)}
 * @param kind class, interface, enum, record, annotation or method
 * @param since the version that brought it, as its author wrote it; null where none is said
 * @param text the first sentences of its description, without markup
 */
record DocEntry(
    String name,
    String library,
    String packageName,
    String kind,
    @Nullable String since,
    boolean deprecated,
    String text) {

  /** What the model reads: the words inside the name say as much as the sentence does. */
  String textToEmbed() {
    int arguments = name.indexOf('(');
    String simple = arguments < 0 ? name : name.substring(0, arguments);
    int dot = simple.startsWith(packageName) ? packageName.length() : -1;
    return words(simple.substring(dot + 1)) + ": " + text;
  }

  /** {@code FileUtils.readLines} becomes {@code file utils read lines}. */
  private static String words(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])|[._]", " ").toLowerCase(java.util.Locale.ROOT);
  }
}
