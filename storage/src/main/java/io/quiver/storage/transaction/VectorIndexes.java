package io.quiver.storage.transaction;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.index.SegmentVectorIndex;
import io.quiver.storage.index.VectorIndexFile;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import io.quiver.vector.Indexes;
import io.quiver.vector.distance.Encoding;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.AutoChoice;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds, opens and makes the vector indexes of a store's segments. They are derived data: searches
 * do without one that is missing, damaged, or not opened yet, and it is asked for. Safe for many
 * threads.
 */
public final class VectorIndexes {
  /** Measuring all of fewer rows is as quick as an index of them. */
  public static final int ROWS_MIN = 4_096;

  private static final System.Logger LOG = System.getLogger(VectorIndexes.class.getName());

  private final int rowsMin = Integer.getInteger("quiver.index_rows_min", ROWS_MIN);
  private volatile @Nullable FileSystem files;
  private volatile Scheduler scheduler = Scheduler.system();
  private volatile Runnable wanted = () -> {};

  /** Says where the segments lie; without that, there are rows in memory alone. */
  public void keepIn(FileSystem directory, Scheduler clock) {
    scheduler = clock;
    files = directory;
  }

  /** Calls someone, perhaps often, when an index is missing. */
  public void onWanted(Runnable listener) {
    wanted = listener;
  }

  /** The index of a segment, or null where there is none to be used yet. */
  public @Nullable SegmentVectorIndex find(TablePart part, IndexDefinition index) {
    PartIndexes.Entry known = part.indexes().get(index.id());
    if (known instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex found)) {
      return found;
    }
    if (known == null && isLargeEnough(part)) {
      wanted.run();
    }
    return null;
  }

  /** Whether a segment is to have indexes at all. */
  public boolean isLargeEnough(TablePart part) {
    return part.segment() != null && part.rowCount() >= rowsMin;
  }

  /** Whether an index of a segment is ready to be searched. */
  public boolean has(TablePart part, IndexDefinition index) {
    return part.indexes().get(index.id()) instanceof PartIndexes.Entry.Vectors;
  }

  /** Whether a segment has any index that is ready to be searched. */
  public boolean hasAny(TablePart part) {
    return part.indexes().hasVectors();
  }

  /** Leaves an index that cannot be made out, until the database is opened again. */
  public void giveUp(TablePart part, IndexDefinition index) {
    part.indexes().put(index.id(), new PartIndexes.Entry.Absent());
  }

  /** Whether an index of a segment is not ready to be searched. */
  public boolean isMissing(TablePart part, IndexDefinition index) {
    return isLargeEnough(part) && part.indexes().get(index.id()) == null;
  }

  /**
   * Opens the index of a segment from its file.
   *
   * @return false where it is to be made: there is no file, or a damaged one
   */
  public boolean open(TablePart part, TableDefinition table, IndexDefinition index) {
    FileSystem directory = Objects.requireNonNull(files);
    VectorIndexFile.Subject subject = subject(part, table, index);
    SegmentVectorIndex found = null;
    try {
      if (directory.exists(subject.path())) {
        found = VectorIndexFile.read(directory, subject, rows(part, index));
      }
    } catch (QuiverException e) {
      LOG.log(System.Logger.Level.WARNING, "an index is made anew: " + e.getMessage());
    }
    if (found != null) {
      part.indexes().put(index.id(), new PartIndexes.Entry.Vectors(found));
    }
    return found != null;
  }

  /**
   * Makes the index of a segment, with its file.
   *
   * @return bytes of the file
   * @throws java.util.concurrent.CancellationException when the options say so
   * @throws QuiverException 58030, 53100 when the disk cannot be read or written
   * @throws CorruptionException when the segment is damaged
   */
  public long build(
      TablePart part, TableDefinition table, IndexDefinition index, BuildOptions options) {
    FileSystem directory = Objects.requireNonNull(files);
    long begin = scheduler.nanoTime();
    VectorRows rows = rows(part, index);
    IndexSpec spec = IndexSpecs.of(index);
    String reason = "";
    if (spec instanceof IndexSpec.Auto auto) {
      AutoChoice choice = AutoChoice.of(auto, rows, options);
      spec = choice.spec();
      reason = choice.reason();
    }
    VectorIndex made = Indexes.build(spec, rows, options);
    long millis = TimeUnit.NANOSECONDS.toMillis(scheduler.nanoTime() - begin);
    long bytes =
        VectorIndexFile.write(directory, subject(part, table, index), made, millis, reason);
    SegmentVectorIndex.Origin origin = new SegmentVectorIndex.Origin(bytes, millis, reason);
    part.indexes()
        .put(index.id(), new PartIndexes.Entry.Vectors(new SegmentVectorIndex(made, origin)));
    return bytes;
  }

  /** What there is of an index in some parts of its table. */
  SegmentIndexes.Extent extent(List<TablePart> parts, IndexDefinition index) {
    long rows = 0;
    long missing = 0;
    long bytes = 0;
    long memory = 0;
    long millis = 0;
    Set<String> chosen = new TreeSet<>();
    for (TablePart part : parts) {
      if (part.indexes().get(index.id())
          instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex found)) {
        rows += part.rowCount();
        bytes += found.origin().fileBytes();
        memory += found.index().memoryBytes();
        millis += found.origin().buildMillis();
        String reason = found.origin().reason();
        chosen.add(found.index().spec() + (reason.isEmpty() ? "" : ": " + reason));
      } else if (isLargeEnough(part)) {
        missing += part.rowCount();
      }
    }
    return new SegmentIndexes.Extent(rows, missing, bytes, memory, millis, chosen);
  }

  private static VectorIndexFile.Subject subject(
      TablePart part, TableDefinition table, IndexDefinition index) {
    UUID segment = Objects.requireNonNull(part.segment());
    return new VectorIndexFile.Subject(segment, part.rowCount(), index, table);
  }

  /** The vectors of a part, as an index of them reads them. */
  public static VectorRows rows(TablePart part, IndexDefinition index) {
    Column column = part.column(index.keys().getFirst().column());
    if (!(column.type() instanceof SqlType.Vector type) || index.distance() == null) {
      throw new IllegalStateException(index.name() + ": an index on " + column.type());
    }
    Encoding encoding = IndexSpecs.encoding(type.element());
    RowBlock block = RowBlock.packed(column.data(), type.dimension(), encoding);
    return new VectorRows(IndexSpecs.metric(index.distance()), block, part.rowCount());
  }
}
