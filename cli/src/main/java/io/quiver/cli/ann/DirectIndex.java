package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.vector.Indexes;
import io.quiver.vector.index.IndexForm;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.disk.DiskAnnIndex;
import io.quiver.vector.memory.BlockReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * An index of kind {@code diskann} in a file, which reads its rows past the page cache (O_DIRECT).
 * The file goes when it is closed.
 */
final class DirectIndex implements AutoCloseable {
  private final Path file;
  private final FileBlocks blocks;
  private final VectorIndex index;

  private DirectIndex(Path file, FileBlocks blocks, VectorIndex index) {
    this.file = file;
    this.blocks = blocks;
    this.index = index;
  }

  /**
   * Writes the index into a new file of the directory, and opens it there.
   *
   * @throws QuiverException 58030 when that fails, or the file system has no direct reads
   */
  static DirectIndex write(VectorIndex built, Path directory) {
    Path file = null;
    try {
      file = Files.createTempFile(directory, "quiver-", ".index");
      MemorySegment form = writeForm(built, file);
      MemorySegment rows =
          IndexForm.read(form, built.rows(), Set.of(DiskAnnIndex.BLOCKS))
              .section(DiskAnnIndex.BLOCKS);
      FileBlocks blocks = FileBlocks.open(file, rows.address() - form.address());
      return new DirectIndex(file, blocks, Indexes.open(form, built.rows(), blocks));
    } catch (IOException | UnsupportedOperationException e) {
      delete(file);
      throw new QuiverException(
          ErrorCode.IO_ERROR,
          "--direct: no index can be written to "
              + directory
              + " and read past the page cache: "
              + e.getMessage(),
          e);
    }
  }

  private static MemorySegment writeForm(VectorIndex built, Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment form =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, built.formBytes(), Arena.ofAuto());
      built.write(form);
      form.force();
      return form;
    }
  }

  /** The index that was opened. */
  VectorIndex index() {
    return index;
  }

  /** Blocks of 4 KiB that all searches have read. */
  long blocksRead() {
    return blocks.read.sum();
  }

  @Override
  public void close() {
    blocks.close();
    delete(file);
  }

  private static void delete(@Nullable Path file) {
    try {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new QuiverException(
          ErrorCode.IO_ERROR, file + " cannot be deleted: " + e.getMessage(), e);
    }
  }

  /** The end of a file, from where the rows begin. */
  private record FileBlocks(FileChannel channel, long start, long byteSize, LongAdder read)
      implements BlockReader {
    static FileBlocks open(Path file, long start) throws IOException {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, direct());
      return new FileBlocks(channel, start, channel.size() - start, new LongAdder());
    }

    /** O_DIRECT. By reflection: javac warns of its class, and nothing silences that. */
    private static OpenOption direct() {
      try {
        Class<?> options = Class.forName("com.sun.nio.file.ExtendedOpenOption");
        return (OpenOption) options.getField("DIRECT").get(null);
      } catch (ReflectiveOperationException e) {
        throw new UnsupportedOperationException("this JDK has no direct reads", e);
      }
    }

    @Override
    public void read(long offset, MemorySegment into) throws IOException {
      ByteBuffer buffer = into.asByteBuffer();
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, start + offset + buffer.position()) < 0) {
          throw new IOException("the file ends before byte " + (start + offset + into.byteSize()));
        }
      }
      read.add(into.byteSize() / BLOCK_BYTES);
    }

    void close() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new QuiverException(ErrorCode.IO_ERROR, "closing the index: " + e.getMessage(), e);
      }
    }
  }
}
