package io.quiver.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.engine.copy.CopyProgress;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private static final long SECOND = 1_000_000_000L;

  private final ByteArrayOutputStream drawn = new ByteArrayOutputStream();
  private final ProgressBar bar =
      new ProgressBar(new PrintStream(drawn, true, StandardCharsets.UTF_8));

  @Test
  void aLineShowsPartBytesRowsAndRate() {
    assertThat(
            ProgressBar.line(new CopyProgress(1_200_000_000L, 2_400_000_000L, 4_000_000), SECOND))
        .isEqualTo(
            "[############............]  50 %  1.2 GB of 2.4 GB  4,000,000 rows  4,000,000 rows/s");
    assertThat(ProgressBar.line(new CopyProgress(999, 1_000, 10), 2 * SECOND))
        .isEqualTo("[#######################.] 100 %  999 B of 1.0 kB  10 rows  5 rows/s");
  }

  @Test
  void nothingLeavesTheBar() {
    assertThat(ProgressBar.line(new CopyProgress(3_000, 2_000, 1), SECOND))
        .startsWith("[########################] 100 %");
  }

  @Test
  void withoutATotalThereIsNoBar() {
    assertThat(ProgressBar.line(new CopyProgress(1_500, -1, 3), SECOND))
        .isEqualTo("1.5 kB  3 rows  3 rows/s");
  }

  @Test
  void aCopyThatIsOverAtOnceDrawsNothing() {
    bar.begin();
    bar.progress(new CopyProgress(1, 2, 3));
    bar.end();
    assertThat(drawn.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void theLineIsDrawnOverItselfAndRemoved() throws InterruptedException {
    bar.begin();
    Thread.sleep(120);
    bar.progress(new CopyProgress(1, -1, 1_000_000));
    bar.progress(new CopyProgress(2, -1, 2_000_000));
    bar.end();
    String text = drawn.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\r1 B  1,000,000 rows").doesNotContain("2,000,000 rows ");
    String line = text.substring(1, text.indexOf('\r', 1));
    assertThat(text).isEqualTo("\r" + line + "\r" + " ".repeat(line.length()) + "\r");
  }
}
