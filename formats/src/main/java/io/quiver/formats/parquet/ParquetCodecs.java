package io.quiver.formats.parquet;

import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import io.quiver.formats.InputFile;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import org.jspecify.annotations.Nullable;

/** Which library each compression takes; without it, Hardwood would notice only while it reads. */
final class ParquetCodecs {
  private ParquetCodecs() {}

  /** A library, and a class by which to know that it is there. */
  private record Library(String name, String className) {}

  /**
   * Checks every column of every row group.
   *
   * @throws QuiverException 0A000 naming the library that is missing
   */
  static void check(InputFile file, FileMetaData metadata) {
    for (RowGroup group : metadata.rowGroups()) {
      for (ColumnChunk chunk : group.columns()) {
        CompressionCodec codec = chunk.metaData().codec();
        Library library = library(codec);
        if (library != null && !isThere(library)) {
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              file.name()
                  + " is compressed as "
                  + codec
                  + "; to read it, put "
                  + library.name()
                  + " on the class path");
        }
      }
    }
  }

  private static @Nullable Library library(CompressionCodec codec) {
    return switch (codec) {
      case UNCOMPRESSED, GZIP -> null;
      case SNAPPY -> new Library("org.xerial.snappy:snappy-java", "org.xerial.snappy.Snappy");
      case ZSTD -> new Library("com.github.luben:zstd-jni", "com.github.luben.zstd.Zstd");
      case LZ4, LZ4_RAW -> new Library("at.yawk.lz4:lz4-java", "net.jpountz.lz4.LZ4Factory");
      case BROTLI ->
          new Library(
              "com.aayushatharva.brotli4j:brotli4j", "com.aayushatharva.brotli4j.Brotli4jLoader");
      case LZO -> new Library("another reader, for there is none for LZO,", "none");
    };
  }

  private static boolean isThere(Library library) {
    try {
      Class.forName(library.className(), false, ParquetCodecs.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
