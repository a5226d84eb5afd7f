package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** Reads all of a segment, file by file and column by column. */
public final class SegmentCheck {
  private SegmentCheck() {}

  /** Is given each column whose bytes are as they were written. */
  @FunctionalInterface
  public interface ColumnVisitor {
    /** Looks at a column of a segment, whose directory is {@code path}. */
    void visit(String path, String name, Column column);
  }

  /** The segments that are there. */
  public static List<UUID> list(FileSystem files) {
    return SegmentDirectory.list(files);
  }

  /**
   * Reads a segment.
   *
   * @return bytes of its files
   */
  public static long check(
      FileSystem files, UUID id, Consumer<CorruptionException> damages, ColumnVisitor columns) {
    String directory = SegmentDirectory.path(id);
    long bytes = 0;
    for (String name : files.list(directory)) {
      if (SegmentDirectory.isIndex(name)) {
        continue;
      }
      String path = directory + "/" + name;
      if (name.equals(StatisticsFile.NAME)) {
        continue;
      }
      if (attempt(files, path, damages, () -> ArrowStructure.check(files, path))) {
        bytes += ArrowFile.open(files, path).bytes();
      }
    }
    attempt(
        files,
        directory,
        damages,
        () -> {
          SegmentReader reader = SegmentReader.open(files, id);
          List<ColumnId> ids = new ArrayList<>(reader.columnIds());
          ids.sort(Comparator.comparingInt(ColumnId::value));
          StatisticsCheck statistics = new StatisticsCheck(files, reader, directory);
          for (ColumnId column : ids) {
            attempt(
                files,
                directory,
                damages,
                () -> {
                  Column values = reader.column(column);
                  columns.visit(directory, String.valueOf(column.value()), values);
                  statistics.check(column, values);
                });
          }
        });
    return bytes;
  }

  private static boolean attempt(
      FileSystem files, String path, Consumer<CorruptionException> damages, Runnable step) {
    try {
      step.run();
      return true;
    } catch (CorruptionException e) {
      damages.accept(e);
    } catch (RuntimeException e) {
      damages.accept(new CorruptionException(files.describe(path), 0, "it cannot be read: " + e));
    }
    return false;
  }
}
