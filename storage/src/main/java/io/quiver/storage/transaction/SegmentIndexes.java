package io.quiver.storage.transaction;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.cache.Content;
import io.quiver.storage.cache.FileRange;
import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.storage.index.GrowingIndex;
import io.quiver.storage.index.IndexBuild;
import io.quiver.storage.index.IndexFile;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds and makes the indexes of a store's segments. They are derived data: whoever finds one
 * missing or damaged does without, and it is asked for. Rows in memory get theirs, in memory, when
 * they are asked for a second time. Safe for many threads.
 */
public final class SegmentIndexes {
  /** Looking at fewer rows in memory than this costs less than an index of them. */
  private static final int MEMORY_ROWS_MIN = 4_096;

  private static final System.Logger LOG = System.getLogger(SegmentIndexes.class.getName());

  private volatile @Nullable SegmentCache cache;
  private volatile Runnable wanted = () -> {};
  private final VectorIndexes vectors = new VectorIndexes();

  /** Says where the segments lie; without that, there are rows in memory alone. */
  public void keepIn(SegmentCache segments) {
    cache = segments;
  }

  /** The indexes on vectors of the same segments. */
  public VectorIndexes vectors() {
    return vectors;
  }

  /** Calls someone, perhaps often, when an index is missing. */
  public void onWanted(Runnable listener) {
    wanted = listener;
  }

  private static IndexFile.Subject subject(
      TablePart part, UUID segment, TableDefinition table, IndexDefinition index) {
    return new IndexFile.Subject(segment, part.rowCount(), index, table);
  }

  /** The index of some rows, or null where there is none to be used yet. */
  public @Nullable ScalarIndex find(TablePart part, TableDefinition table, IndexDefinition index) {
    UUID segment = part.segment();
    if (segment == null) {
      if (part.indexes().get(index.id()) instanceof PartIndexes.Entry.Present(ScalarIndex known)) {
        return known;
      }
      return part.rowCount() < MEMORY_ROWS_MIN ? null : inMemory(part, index);
    }
    SegmentCache segments = cache;
    ScalarIndex found =
        segments == null ? null : load(segments, part, subject(part, segment, table, index));
    if (found == null) {
      wanted.run();
    }
    return found;
  }

  private static @Nullable ScalarIndex load(
      SegmentCache cache, TablePart part, IndexFile.Subject subject) {
    try {
      Cached<ScalarIndex> stored = known(cache, part, subject);
      return stored == null ? null : stored.get();
    } catch (QuiverException e) {
      warn("an index is made anew: ", e);
      part.indexes().put(subject.index().id(), new PartIndexes.Entry.Absent());
      return null;
    }
  }

  private static @Nullable Cached<ScalarIndex> known(
      SegmentCache cache, TablePart part, IndexFile.Subject subject) {
    PartIndexes known = part.indexes();
    IndexId id = subject.index().id();
    if (known.get(id) == null) {
      synchronized (known) {
        if (known.get(id) == null) {
          Cached<ScalarIndex> stored = stored(cache, subject);
          known.put(
              id,
              stored == null
                  ? new PartIndexes.Entry.Absent()
                  : new PartIndexes.Entry.Stored(stored));
        }
      }
    }
    return known.get(id) instanceof PartIndexes.Entry.Stored(Cached<ScalarIndex> index)
        ? index
        : null;
  }

  /** The index of a segment as the cache has it, or null where it has no file. */
  public @Nullable Cached<ScalarIndex> cached(
      TablePart part, TableDefinition table, IndexDefinition index) {
    UUID segment = part.segment();
    SegmentCache segments = cache;
    return segment == null || segments == null
        ? null
        : known(segments, part, subject(part, segment, table, index));
  }

  /** An index that has a file, or null. */
  private static @Nullable Cached<ScalarIndex> stored(
      SegmentCache cache, IndexFile.Subject subject) {
    String path = subject.path();
    if (!cache.files().exists(path)) {
      return null;
    }
    long bytes;
    try (StorageFile file = cache.files().open(path, FileSystem.Mode.READ)) {
      bytes = file.size();
    }
    return cache.add(Content.INDEXES, new FileRange(path, 0, bytes), files -> read(files, subject));
  }

  private static ScalarIndex read(FileSystem files, IndexFile.Subject subject) {
    ScalarIndex index = IndexFile.read(files, subject);
    if (index == null) {
      throw new CorruptionException(
          files.describe(subject.path()), 0, "it is missing, or the index of another definition");
    }
    return index;
  }

  private static void warn(String what, QuiverException cause) {
    LOG.log(System.Logger.Level.WARNING, what + cause.getMessage());
  }

  private static @Nullable ScalarIndex inMemory(TablePart part, IndexDefinition index) {
    PartIndexes known = part.indexes();
    PartIndexes.Entry entry = known.get(index.id());
    if (entry instanceof PartIndexes.Entry.Growing(GrowingIndex growing)) {
      return growing.view(columns(part, index), part.rowCount());
    }
    if (entry == null) {
      known.putIfAbsent(
          index.id(),
          known.isGrowing()
              ? new PartIndexes.Entry.Growing(new GrowingIndex(index))
              : new PartIndexes.Entry.Absent());
      return null;
    }
    synchronized (known) {
      if (known.get(index.id()) instanceof PartIndexes.Entry.Present(ScalarIndex other)) {
        return other;
      }
      ScalarIndex made = IndexBuild.of(index, columns(part, index), part.rowCount(), () -> {});
      known.put(index.id(), new PartIndexes.Entry.Present(made));
      return made;
    }
  }

  private static List<Column> columns(TablePart part, IndexDefinition index) {
    return index.keys().stream().map(key -> part.column(key.column())).toList();
  }

  /** Whether an index of a segment is to be made: it has no file, or a damaged one. */
  public boolean isMissing(TablePart part, TableDefinition table, IndexDefinition index) {
    UUID segment = part.segment();
    SegmentCache segments = cache;
    if (segment == null || segments == null) {
      return false;
    }
    PartIndexes.Entry known = part.indexes().get(index.id());
    return known == null
        ? !segments.files().exists(subject(part, segment, table, index).path())
        : known instanceof PartIndexes.Entry.Absent;
  }

  /**
   * Makes the index of a segment, with its file.
   *
   * @param progress called now and then; what it throws ends the work
   * @return bytes of the file
   * @throws QuiverException 58030, 53100 when the disk cannot be read or written
   */
  public long build(
      TablePart part, TableDefinition table, IndexDefinition index, Runnable progress) {
    UUID segment = part.segment();
    SegmentCache segments = cache;
    if (segment == null || segments == null) {
      throw new IllegalStateException("an index with a file, of rows in memory");
    }
    // What this reader reads is forgotten with it; the part's own goes through the cache.
    SegmentReader reader = SegmentReader.open(segments.files(), segment);
    List<Column> columns =
        index.keys().stream().map(key -> column(reader, part, table.column(key.column()))).toList();
    ScalarIndex made = IndexBuild.of(index, columns, part.rowCount(), progress);
    IndexFile.Subject subject = subject(part, segment, table, index);
    long bytes = IndexFile.write(segments.files(), subject, made);
    Cached<ScalarIndex> stored =
        segments.add(
            Content.INDEXES,
            new FileRange(subject.path(), 0, bytes),
            files -> read(files, subject));
    part.indexes().put(index.id(), new PartIndexes.Entry.Stored(stored));
    return bytes;
  }

  /** A column that came later, or was of another type, is what the part makes of it. */
  private static Column column(SegmentReader reader, TablePart part, ColumnDefinition wanted) {
    Column stored = reader.has(wanted.id()) ? reader.column(wanted.id()) : null;
    return stored != null && stored.type().equals(wanted.type())
        ? stored
        : part.column(wanted.id());
  }

  /**
   * What an index on vectors really finds.
   *
   * @param mean part of the nearest rows that it found in the searches that were repeated exactly
   * @param samples how many were, of late; 0 says nothing
   */
  public record Recall(double mean, long samples) {
    /** Nothing is known. */
    public static final Recall UNKNOWN = new Recall(0, 0);
  }

  /**
   * How far an index is built.
   *
   * @param rows that have it
   * @param left rows of the parts that are not looked at yet for it; a partial index has some alone
   * @param interim those of them whose codes are searched until the index has them
   * @param missing rows of segments that are to get it yet
   * @param bytes of its files, and in memory where the rows are there
   * @param memory bytes that an index on vectors keeps beside the rows
   * @param buildMillis that its builds took
   * @param recall measured of an index on vectors
   * @param chosen what indexes on vectors are built as in segments, with why
   * @param givenUp why a segment will not get it by itself, or null where none is without
   */
  public record Extent(
      long rows,
      long left,
      long interim,
      long missing,
      long bytes,
      long memory,
      long buildMillis,
      Recall recall,
      Set<String> chosen,
      @Nullable MissingIndex givenUp) {
    /** Of an index that is not built. */
    public static final Extent NONE =
        new Extent(0, 0, 0, 0, 0, 0, 0, Recall.UNKNOWN, Set.of(), null);

    public Extent {
      chosen = Collections.unmodifiableSet(new TreeSet<>(chosen));
    }
  }

  /** What there is of an index in some parts of its table. */
  public Extent extent(List<TablePart> parts, TableDefinition table, IndexDefinition index) {
    long rows = 0;
    long missing = 0;
    long bytes = 0;
    SegmentCache segments = cache;
    for (TablePart part : parts) {
      UUID segment = part.segment();
      if (segment == null) {
        switch (part.indexes().get(index.id())) {
          case PartIndexes.Entry.Present(ScalarIndex made) -> {
            rows += part.rowCount();
            bytes += made.bytes();
          }
          case PartIndexes.Entry.Growing(GrowingIndex growing) -> {
            rows += growing.rows(part.rowCount());
            bytes += growing.bytes();
          }
          case PartIndexes.Entry.Stored ofSegments -> {}
          case PartIndexes.Entry.Vectors vectors -> {}
          case PartIndexes.Entry.Reusable reusable -> {}
          case PartIndexes.Entry.Absent absent -> {}
          case PartIndexes.Entry.GivenUp givenUp -> {}
          case null -> {}
        }
      } else if (segments == null || isMissing(part, table, index)) {
        missing += part.rowCount();
      } else {
        rows += part.rowCount();
        String path = subject(part, segment, table, index).path();
        try (StorageFile file = segments.files().open(path, FileSystem.Mode.READ)) {
          bytes += file.size();
        } catch (QuiverException e) {
          warn("an index cannot be read: ", e);
        }
      }
    }
    long all = parts.stream().mapToLong(TablePart::rowCount).sum();
    return new Extent(rows, all - rows, 0, missing, bytes, 0, 0, Recall.UNKNOWN, Set.of(), null);
  }
}
