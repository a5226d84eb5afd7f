package io.quiver.examples.javadoc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JavadocReaderTest {
  private static final List<DocEntry> entries = new ArrayList<>();

  @BeforeAll
  static void readAllLibraries() throws IOException {
    for (SourceJar jar : SourceJar.onClassPath()) {
      entries.addAll(JavadocReader.read(jar));
    }
  }

  @Test
  void theLibrariesDocumentAtLeast5000ClassesAndMethods() {
    assertThat(entries).hasSizeGreaterThan(5_000);
    assertThat(entries).extracting(DocEntry::kind).contains("class", "interface", "enum", "method");
    assertThat(entries).extracting(DocEntry::library).contains("commons-io", "guava");
  }

  @Test
  void aMethodIsNamedWithItsTypesAndSaysItsFirstSentences() {
    DocEntry entry = find("org.apache.commons.io.FileUtils.readLines(File, Charset)");
    assertThat(entry.library()).isEqualTo("commons-io");
    assertThat(entry.packageName()).isEqualTo("org.apache.commons.io");
    assertThat(entry.kind()).isEqualTo("method");
    assertThat(entry.since()).isEqualTo("2.3");
    assertThat(entry.deprecated()).isFalse();
    assertThat(entry.text())
        .isEqualTo(
            "Reads the contents of a file line by line to a List of Strings."
                + " The file is always closed.");
    assertThat(entry.textToEmbed()).startsWith("file utils read lines: Reads the contents");
  }

  @Test
  void deprecationIsSeen() {
    assertThat(entries).filteredOn(DocEntry::deprecated).hasSizeGreaterThan(100);
    assertThat(find("org.apache.commons.lang3.text.StrBuilder").deprecated()).isTrue();
    assertThat(find("org.apache.commons.lang3.text.StrBuilder.reverse()").deprecated()).isTrue();
  }

  @Test
  void overloadsAreOneEntry() {
    Set<String> names = new HashSet<>();
    for (DocEntry entry : entries) {
      assertThat(names.add(entry.name().replaceAll("\\(.*", ""))).as(entry.name()).isTrue();
    }
  }

  @Test
  void textsAreShortAndPlain() {
    for (DocEntry entry : entries) {
      assertThat(entry.text()).as(entry.name()).hasSizeBetween(20, 256);
      assertThat(entry.text()).as(entry.name()).doesNotContain("\n").doesNotContain("{@code");
    }
  }

  private static DocEntry find(String name) {
    return entries.stream().filter(entry -> entry.name().equals(name)).findFirst().orElseThrow();
  }
}
