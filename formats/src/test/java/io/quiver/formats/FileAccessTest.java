package io.quiver.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No path leaves the roots, however it is written. */
class FileAccessTest {
  @TempDir Path directory;

  private Path root = Path.of("");
  private Path outside = Path.of("");
  private FileAccess access = FileAccess.anywhere();

  @BeforeEach
  void makeFiles() throws IOException {
    directory = directory.toRealPath();
    root = Files.createDirectory(directory.resolve("root"));
    outside = Files.createDirectory(directory.resolve("outside"));
    Files.writeString(root.resolve("a.csv"), "1\n");
    Files.writeString(root.resolve("b.csv"), "2\n");
    Files.createDirectories(root.resolve("deep/er"));
    Files.writeString(root.resolve("deep/er/c.csv"), "3\n");
    Files.writeString(outside.resolve("secret.csv"), "4\n");
    access = FileAccess.below(List.of(root));
  }

  private static void refused(ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            QuiverException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.INSUFFICIENT_PRIVILEGE));
  }

  @Test
  void filesBelowARootAreFound() {
    assertThat(access.inputs(root + "/a.csv")).containsExactly(root.resolve("a.csv"));
    assertThat(access.inputs("deep/er/c.csv")).containsExactly(root.resolve("deep/er/c.csv"));
    assertThat(access.inputs("deep/../a.csv")).containsExactly(root.resolve("a.csv"));
    assertThat(access.output("new.csv")).isEqualTo(root.resolve("new.csv"));
  }

  @Test
  void aGlobFindsFilesInTheOrderOfTheirNames() {
    assertThat(access.inputs("*.csv"))
        .containsExactly(root.resolve("a.csv"), root.resolve("b.csv"));
    assertThat(access.inputs(root + "/**/*.csv")).containsExactly(root.resolve("deep/er/c.csv"));
    assertThatThrownBy(() -> access.inputs("*.npy"))
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("58P01");
  }

  @Test
  void whatLiesOutsideIsRefusedWhetherItIsThereOrNot() {
    refused(() -> access.inputs(outside + "/secret.csv"));
    refused(() -> access.inputs(outside + "/nothing.csv"));
    refused(() -> access.inputs("../outside/secret.csv"));
    refused(() -> access.inputs(root + "/../outside/secret.csv"));
    refused(() -> access.inputs("../*/secret.csv"));
    refused(() -> access.inputs(outside + "/*.csv"));
    refused(() -> access.inputs(root + "2/a.csv"));
    refused(() -> access.output(outside + "/new.csv"));
    refused(() -> access.output("../new.csv"));
  }

  @Test
  void aLinkThatLeadsOutsideIsRefused() throws IOException {
    Files.createSymbolicLink(root.resolve("link.csv"), outside.resolve("secret.csv"));
    Files.createSymbolicLink(root.resolve("door"), outside);

    refused(() -> access.inputs("link.csv"));
    refused(() -> access.inputs("door/secret.csv"));
    refused(() -> access.inputs("l*.csv"));
    refused(() -> access.inputs("door/*.csv"));
    refused(() -> access.output("door/new.csv"));
  }

  @Test
  void aLinkToAnotherRootIsFollowed() throws IOException {
    Files.createSymbolicLink(root.resolve("link.csv"), outside.resolve("secret.csv"));
    FileAccess both = FileAccess.below(List.of(root, outside));
    assertThat(both.inputs("link.csv")).containsExactly(outside.resolve("secret.csv"));
  }

  @Test
  void writingOverALinkReplacesTheLink() throws IOException {
    Files.createSymbolicLink(root.resolve("link.csv"), outside.resolve("secret.csv"));
    try (OutputFile file = OutputFile.create(access.output("link.csv"))) {
      file.write(new byte[] {'5'});
      file.finish();
    }
    assertThat(root.resolve("link.csv")).isRegularFile().hasContent("5");
    assertThat(Files.isSymbolicLink(root.resolve("link.csv"))).isFalse();
    assertThat(outside.resolve("secret.csv")).hasContent("4\n");
  }

  @Test
  void withoutRootsNothingIsTouched() {
    FileAccess none = FileAccess.below(List.of());
    refused(() -> none.inputs(root + "/a.csv"));
    refused(() -> none.output(root + "/new.csv"));
  }

  @Test
  void aRootThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> FileAccess.below(List.of(directory.resolve("nothing"))))
        .extracting(e -> ((QuiverException) e).sqlState())
        .isEqualTo("58P01");
  }

  @Test
  void anUnfinishedFileLeavesNothing() throws IOException {
    try (OutputFile file = OutputFile.create(root.resolve("a.csv"))) {
      file.write(new byte[3 << 20]);
    }
    assertThat(root.resolve("a.csv")).hasContent("1\n");
    try (var files = Files.list(root)) {
      assertThat(files).hasSize(3);
    }
  }
}
