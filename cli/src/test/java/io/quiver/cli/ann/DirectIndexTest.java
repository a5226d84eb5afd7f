package io.quiver.cli.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.quiver.types.QuiverException;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.Metric;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.VectorSearcher;
import io.quiver.vector.memory.NativeMemory;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectIndexTest {
  private static final int ROWS = 1_000;

  @TempDir Path directory;

  /** 48 dimensions: 21 rows in a block; 1,500: a row takes two. */
  @ParameterizedTest
  @ValueSource(ints = {48, 1_500})
  void searchesReadFromTheFileWhatTheyHadReadFromMemory(int dimension) throws IOException {
    VectorRows rows = rows(dimension, 3);
    VectorIndex built =
        Indexes.build(IndexSpec.parse("diskann(degree=16)"), rows, BuildOptions.threads(2));
    try (DirectIndex direct = open(built)) {
      assertThat(files()).isEqualTo(1);
      VectorSearcher fromMemory = built.searcher();
      VectorSearcher fromFile = direct.index().searcher();
      Neighbors expected = new Neighbors();
      Neighbors found = new Neighbors();
      long reads = 0;
      for (int row = 0; row < ROWS; row += 50) {
        SearchRequest request = SearchRequest.of(rows.row(row), 10, ROWS);
        fromMemory.search(request, expected);
        fromFile.search(request, found);
        reads += fromFile.statistics().blockReads();
        assertThat(found.rows()).containsExactly(expected.rows());
      }
      assertThat(direct.blocksRead()).isEqualTo(reads).isPositive();
    }
    assertThat(files()).isZero();
  }

  @Test
  void aDirectoryThatIsNotThereIsTheUsersMistake() {
    VectorIndex built =
        Indexes.build(IndexSpec.parse("diskann(degree=16)"), rows(48, 4), BuildOptions.threads(2));
    assertThatThrownBy(() -> DirectIndex.write(built, directory.resolve("none")))
        .isInstanceOf(QuiverException.class)
        .hasMessageContaining("--direct");
  }

  /** Skips the test where the file system has no direct reads. */
  private DirectIndex open(VectorIndex built) {
    try {
      return DirectIndex.write(built, directory);
    } catch (QuiverException e) {
      assumeThat(false).as("direct reads: " + e.getMessage()).isTrue();
      throw e;
    }
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    }
  }

  private static VectorRows rows(int dimension, long seed) {
    Random random = new Random(seed);
    MemorySegment memory = NativeMemory.allocate(4L * ROWS * dimension);
    for (long i = 0; i < (long) ROWS * dimension; i++) {
      memory.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, (float) random.nextGaussian());
    }
    return new VectorRows(Metric.L2, RowBlock.packed(memory, dimension, Encoding.FLOAT32), ROWS);
  }
}
