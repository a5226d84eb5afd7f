package io.quiver.examples.javadoc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceJarTest {
  @TempDir Path directory;

  @Test
  void aSourceJarInsideAnotherJarReadsTheSame() throws IOException {
    SourceJar alone = SourceJar.onClassPath().getFirst();
    Path outer = directory.resolve("quiver.jar");
    try (OutputStream file = Files.newOutputStream(outer);
        JarOutputStream jar = new JarOutputStream(file)) {
      jar.putNextEntry(new JarEntry("other/" + alone.file().getFileName()));
      jar.putNextEntry(
          new JarEntry("io/quiver/examples/javadoc/sources/" + alone.file().getFileName()));
      Files.copy(alone.file(), jar);
    }
    List<SourceJar> inside = SourceJar.inside(outer);
    assertThat(inside).hasSize(1);
    assertThat(inside.getFirst().library()).isEqualTo(alone.library());
    assertThat(inside.getFirst().version()).isEqualTo(alone.version());
    assertThat(inside.getFirst().read()).hasSizeGreaterThan(50).isEqualTo(alone.read());
  }
}
