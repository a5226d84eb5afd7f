package io.quiver.storage.transaction;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.index.PartIndexes;
import io.quiver.storage.index.ReusedGraph;
import io.quiver.storage.index.RowBitmap;
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
import io.quiver.vector.index.recall.RecallMonitor;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds, opens and makes the vector indexes of a store's segments, and of its rows in memory. They
 * are derived data: searches do without one that is missing, damaged, or not opened yet, and it is
 * asked for. Safe for many threads.
 *
 * <p>A segment has an index of all of its rows, with a file. A part in memory has one of its first
 * rows, in memory alone: those behind it are measured until there are enough of them for another,
 * of all. Rows that anyone has seen are never written again, so an index that was made for one view
 * of a block that grows serves all of its views.
 */
public final class VectorIndexes {
  /** Measuring all of fewer rows is as quick as an index of them. */
  public static final int ROWS_MIN = 4_096;

  /** An index of rows in a block that grows is of a multiple, as bitmaps and slices are. */
  private static final int GROWING_MULTIPLE = 64;

  private static final System.Logger LOG = System.getLogger(VectorIndexes.class.getName());

  private final int rowsMin = Integer.getInteger("quiver.index_rows_min", ROWS_MIN);
  private volatile @Nullable FileSystem files;
  private volatile Scheduler scheduler = Scheduler.system();
  private volatile Runnable wanted = () -> {};
  private final IndexBacklog backlog = new IndexBacklog(this);
  private final IndexLag lag = new IndexLag();
  private final InterimIndexes interim = new InterimIndexes(this);
  private volatile @Nullable IndexConditions conditions;
  private volatile @Nullable Runnable sampled;

  /** Says where the segments lie; without that, there are rows in memory alone. */
  public void keepIn(FileSystem directory, Scheduler clock) {
    scheduler = clock;
    files = directory;
  }

  /** Says who knows which rows partial indexes have: none is made before. */
  public void evaluateBy(IndexConditions evaluator) {
    conditions = evaluator;
    wanted.run();
  }

  /** Calls someone when a search by an index opened or made later waits to be repeated exactly. */
  public void onSample(Runnable listener) {
    sampled = listener;
  }

  private PartIndexes.Entry.Vectors entry(SegmentVectorIndex index) {
    index.onSample(sampled);
    return new PartIndexes.Entry.Vectors(index);
  }

  /** Calls someone, perhaps often, when an index is missing. */
  public void onWanted(Runnable listener) {
    wanted = listener;
  }

  void want() {
    wanted.run();
  }

  /** How long rows have waited for these indexes. */
  public IndexLag lag() {
    return lag;
  }

  /** What serves searches until they are made. */
  public InterimIndexes interim() {
    return interim;
  }

  /** What writers owe to these indexes. */
  public IndexBacklog backlog() {
    return backlog;
  }

  /**
   * The index of some rows, or null where there is none to be used yet. Of a part in memory it may
   * have fewer rows than the part, and of one that grows more: others see them already.
   */
  public @Nullable SegmentVectorIndex find(TablePart part, IndexDefinition index) {
    PartIndexes.Entry known = part.indexes().get(index.id());
    if (known instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex found)) {
      return found;
    }
    if ((known == null || known instanceof PartIndexes.Entry.Reusable) && isLargeEnough(part)) {
      wanted.run();
    }
    return null;
  }

  /** Whether some rows are to have indexes at all. */
  public boolean isLargeEnough(TablePart part) {
    return part.rowCount() >= rowsMin;
  }

  Scheduler clock() {
    return scheduler;
  }

  int rowsMin() {
    return rowsMin;
  }

  /** How many of a part's rows, the first, an index has. */
  static int indexed(TablePart part, IndexDefinition index) {
    return part.indexes().get(index.id())
            instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex found)
        ? Math.min(found.rowCount(), part.rowCount())
        : 0;
  }

  /** Whether an index of a segment is ready to be searched. */
  public boolean has(TablePart part, IndexDefinition index) {
    return part.indexes().get(index.id()) instanceof PartIndexes.Entry.Vectors;
  }

  /** Whether a segment has any index that is ready to be searched, or was given up. */
  public boolean hasAny(TablePart part) {
    return part.indexes().hasVectors();
  }

  /**
   * Notes that an index cannot or shall not be made: mostly until someone makes it all the same or
   * the database is opened again.
   */
  public void giveUp(TablePart part, IndexDefinition index, MissingIndex why) {
    part.indexes().put(index.id(), new PartIndexes.Entry.GivenUp(why));
    part.indexes().removeInterim(index.id());
  }

  /** Why an index of a segment was left out, or null. */
  public @Nullable MissingIndex givenUp(TablePart part, IndexDefinition index) {
    return part.indexes().get(index.id()) instanceof PartIndexes.Entry.GivenUp(MissingIndex why)
        ? why
        : null;
  }

  /** Forgets that an index was left out, so that it is made again. */
  public void tryAgain(TablePart part, IndexDefinition index) {
    part.indexes().removeGivenUp(index.id());
    wanted.run();
  }

  /** Whether an index of a part is not ready to be searched, or lacks many of its rows. */
  public boolean isMissing(TablePart part, IndexDefinition index) {
    MissingIndex why = givenUp(part, index);
    return lacksRows(part, index)
        && (why == null || why.isTriedAgain())
        && (index.predicateSql() == null || conditions != null);
  }

  private boolean lacksRows(TablePart part, IndexDefinition index) {
    return part.rowCount() - indexed(part, index) >= rowsMin;
  }

  /**
   * As {@link #isMissing}, of the part of a table to which rows are added: its index is made anew
   * when it has half of the rows, so that a row is indexed twice on average.
   */
  public boolean isBehind(TablePart part, IndexDefinition index) {
    int indexed = indexed(part, index);
    return isMissing(part, index) && part.rowCount() - indexed >= indexed;
  }

  /** How many rows of a table's parts are to be indexed, and measured until then. */
  long measuredRows(List<TablePart> parts, IndexDefinition index) {
    long rows = 0;
    for (int i = 0; i < parts.size(); i++) {
      TablePart part = parts.get(i);
      boolean grows = part.segment() == null && i == parts.size() - 1;
      if (grows ? isBehind(part, index) : isMissing(part, index)) {
        rows += part.rowCount() - indexed(part, index) - interim.rows(part, index);
      }
    }
    return rows;
  }

  /**
   * Opens the index of a segment from its file.
   *
   * @return false where it is to be made: there is no file, or a damaged one
   */
  public boolean open(TablePart part, TableDefinition table, IndexDefinition index) {
    if (part.segment() == null) {
      return false;
    }
    FileSystem directory = Objects.requireNonNull(files);
    VectorIndexFile.Subject subject = subject(part, table, index);
    SegmentVectorIndex found = null;
    try {
      if (directory.exists(subject.path())) {
        found = VectorIndexFile.read(directory, subject, some -> rows(part, index, some));
      }
    } catch (QuiverException e) {
      LOG.log(System.Logger.Level.WARNING, "an index is made anew: " + e.getMessage());
    }
    if (found != null) {
      part.indexes().put(index.id(), entry(found));
    }
    return found != null;
  }

  /**
   * An index that is to be made.
   *
   * @param subject what its file is of; null for rows in memory
   * @param some the rows of a partial one, or null for all
   * @param reason why its kind was chosen; empty where it was not
   * @param memoryBytes that the build takes beyond the vectors
   * @param reuse whose graph is taken over, or null
   */
  public record Plan(
      VectorIndexFile.@Nullable Subject subject,
      TablePart part,
      IndexDefinition index,
      @Nullable RowBitmap some,
      VectorRows rows,
      IndexSpec spec,
      String reason,
      long memoryBytes,
      @Nullable ReusedGraph reuse) {}

  /**
   * Lets the index of a part go on with the graph of another, when it is made for the first time.
   */
  public void offer(TablePart part, IndexDefinition index, ReusedGraph graph) {
    part.indexes().putIfAbsent(index.id(), new PartIndexes.Entry.Reusable(graph));
  }

  /**
   * The graph with which an index that is missing goes on: one that was offered, or that of the
   * first rows of a block that has grown since. Null where there is none.
   */
  public @Nullable ReusedGraph reusable(TablePart part, IndexDefinition index) {
    return switch (part.indexes().get(index.id())) {
      case PartIndexes.Entry.Reusable(ReusedGraph graph) -> graph;
      case PartIndexes.Entry.Vectors(SegmentVectorIndex found)
          when part.segment() == null
              && index.predicateSql() == null
              && found.rowCount() <= indexable(part) ->
          ReusedGraph.ofFirstRows(found);
      case null, default -> null;
    };
  }

  /**
   * Decides how the index of a part is made.
   *
   * @param most threads and memory that it may take; auto keeps to it, others are what they are
   * @param reuse an index of many of the rows, or null
   */
  public Plan plan(
      TablePart part,
      TableDefinition table,
      IndexDefinition index,
      BuildOptions most,
      @Nullable ReusedGraph reuse) {
    RowBitmap some = some(part, table, index);
    VectorRows rows = rows(part, index, some);
    IndexSpec spec = rows.count() == 0 ? new IndexSpec.Flat() : IndexSpecs.of(index);
    String reason = "";
    if (spec instanceof IndexSpec.Auto auto) {
      AutoChoice choice = AutoChoice.of(auto, rows, most);
      if (Indexes.buildBytes(choice.spec(), rows, most.threads()) > most.memoryBytesMax()) {
        // It counts no written form.
        choice = AutoChoice.of(auto, rows, most.withMemory(most.memoryBytesMax() / 2));
      }
      spec = choice.spec();
      reason = choice.reason();
    }
    return new Plan(
        part.segment() == null ? null : subject(part, table, index),
        part,
        index,
        some,
        rows,
        spec,
        reason,
        Indexes.buildBytes(spec, rows, most.threads()),
        reuse != null && Indexes.canMerge(spec, reuse.older().index(), rows) ? reuse : null);
  }

  /**
   * Makes the index of a segment, with its file, or of rows in memory, in place of the one that
   * they may have.
   *
   * @return bytes of the file, 0 without one
   * @throws java.util.concurrent.CancellationException when the options say so
   * @throws QuiverException 58030, 53100 when the disk cannot be read or written
   * @throws CorruptionException when the segment is damaged
   */
  public long build(Plan plan, BuildOptions options) {
    long begin = scheduler.nanoTime();
    TablePart part = plan.part();
    IndexDefinition index = plan.index();
    int before = indexed(part, index);
    int coded = interim.rows(part, index);
    ReusedGraph reuse = plan.reuse();
    VectorIndex made =
        scheduler.callAtLowPriority(
            "quiver-index-build-0",
            () ->
                reuse == null
                    ? Indexes.build(plan.spec(), plan.rows(), options)
                    : Indexes.merge(
                        reuse.older().index(), reuse.newNumbers(), plan.rows(), options));
    long millis = TimeUnit.NANOSECONDS.toMillis(scheduler.nanoTime() - begin);
    VectorIndexFile.Subject subject = plan.subject();
    long bytes = 0;
    if (subject != null) {
      FileSystem directory = Objects.requireNonNull(files);
      bytes = VectorIndexFile.write(directory, subject, made, plan.some(), millis, plan.reason());
    }
    SegmentVectorIndex.Origin origin = new SegmentVectorIndex.Origin(bytes, millis, plan.reason());
    part.indexes()
        .put(index.id(), entry(new SegmentVectorIndex(made, indexable(part), plan.some(), origin)));
    int after = indexable(part);
    interim.trim(part, index);
    backlog.indexed(index, after - before - coded + interim.rows(part, index));
    if (before < after) {
      lag.indexed(index, part.rowId(before), part.rowId(after - 1), scheduler.nanoTime());
    }
    return bytes;
  }

  /** The rows that a partial index has, or null for all. */
  private @Nullable RowBitmap some(TablePart part, TableDefinition table, IndexDefinition index) {
    String condition = index.predicateSql();
    if (condition == null) {
      return null;
    }
    int[] rows =
        Objects.requireNonNull(conditions, "nobody evaluates conditions")
            .matching(table, condition, part);
    int covered = Arrays.binarySearch(rows, indexable(part));
    return RowBitmap.of(rows, covered < 0 ? -covered - 1 : covered);
  }

  /** How many of the first rows of a part an index has, where a partial one has them all. */
  private static long some(SegmentVectorIndex index, int covered) {
    return Math.min(covered, index.index().rows().count());
  }

  /** What there is of an index in some parts of its table. */
  SegmentIndexes.Extent extent(List<TablePart> parts, IndexDefinition index) {
    long rows = 0;
    long left = 0;
    long coded = 0;
    long missing = 0;
    long bytes = 0;
    long memory = 0;
    long millis = 0;
    double recalls = 0;
    long samples = 0;
    Set<String> chosen = new TreeSet<>();
    MissingIndex givenUp = null;
    for (TablePart part : parts) {
      MissingIndex why = givenUp(part, index);
      if (givenUp == null) {
        givenUp = why;
      }
      if (part.indexes().get(index.id())
          instanceof PartIndexes.Entry.Vectors(SegmentVectorIndex found)) {
        rows += some(found, indexed(part, index));
        bytes += found.origin().fileBytes();
        memory += found.memoryBytes();
        RecallMonitor.Estimate recall = found.recall();
        recalls += recall.checks() * recall.mean();
        samples += recall.checks();
        millis += found.origin().buildMillis();
        String reason = found.origin().reason();
        if (found.index().rows().count() > 0) {
          chosen.add(found.index().spec() + (reason.isEmpty() ? "" : ": " + reason));
        }
      }
      left += part.rowCount() - indexed(part, index);
      coded += interim.rows(part, index);
      memory += interim.memoryBytes(part, index);
      boolean grows = part.segment() == null && part == parts.getLast();
      if (why == null && (grows ? isBehind(part, index) : isMissing(part, index))) {
        missing += part.rowCount() - indexed(part, index);
      }
    }
    if (missing > 0) {
      wanted.run();
    }
    return new SegmentIndexes.Extent(
        rows,
        left,
        coded,
        missing,
        bytes,
        memory,
        millis,
        new SegmentIndexes.Recall(samples == 0 ? 0 : recalls / samples, samples),
        chosen,
        givenUp);
  }

  private static VectorIndexFile.Subject subject(
      TablePart part, TableDefinition table, IndexDefinition index) {
    UUID segment = Objects.requireNonNull(part.segment());
    return new VectorIndexFile.Subject(segment, part.rowCount(), index, table);
  }

  /**
   * The vectors of a part, as an index of them reads them.
   *
   * @param some rows whose vectors are copied, or null for all, which are not
   */
  public static VectorRows rows(TablePart part, IndexDefinition index, @Nullable RowBitmap some) {
    Column column = part.column(index.keys().getFirst().column());
    if (!(column.type() instanceof SqlType.Vector type) || index.distance() == null) {
      throw new IllegalStateException(index.name() + ": an index on " + column.type());
    }
    Encoding encoding = IndexSpecs.encoding(type.element());
    MemorySegment vectors = some == null ? column.data() : copied(column, type, some);
    RowBlock block = RowBlock.packed(vectors, type.dimension(), encoding);
    int count = some == null ? indexable(part) : some.count();
    return new VectorRows(IndexSpecs.metric(index.distance()), block, count);
  }

  /** How many rows of a part, the first, an index would be made of. */
  private static int indexable(TablePart part) {
    int rows = part.rowCount();
    return part.indexes().isGrowing() && rows >= GROWING_MULTIPLE
        ? rows - rows % GROWING_MULTIPLE
        : rows;
  }

  private static MemorySegment copied(Column column, SqlType.Vector type, RowBitmap some) {
    long bytes = type.element().bytes(type.dimension());
    MemorySegment copy = NativeMemory.allocate(bytes * some.count());
    int[] rows = new int[some.count()];
    some.fill(0, rows);
    for (int i = 0; i < rows.length; i++) {
      MemorySegment.copy(column.data(), bytes * rows[i], copy, bytes * i, bytes);
    }
    return copy;
  }
}
