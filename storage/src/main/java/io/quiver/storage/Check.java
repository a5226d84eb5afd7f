package io.quiver.storage;

import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.file.FileLock;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.MetaStore;
import io.quiver.storage.file.ReadOnlyFileSystem;
import io.quiver.storage.index.IndexFile;
import io.quiver.storage.index.ScalarIndex;
import io.quiver.storage.index.VectorIndexFile;
import io.quiver.storage.log.LocalLog;
import io.quiver.storage.log.Log;
import io.quiver.storage.log.LogCheck;
import io.quiver.storage.log.LogOptions;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.scheduling.Scheduler;
import io.quiver.storage.segment.SegmentCheck;
import io.quiver.storage.segment.SegmentReader;
import io.quiver.storage.transaction.CommitPipeline;
import io.quiver.storage.transaction.CommitVersion;
import io.quiver.storage.transaction.DatabaseState;
import io.quiver.storage.transaction.OrphanCheck;
import io.quiver.storage.transaction.TablePart;
import io.quiver.storage.transaction.TableState;
import io.quiver.storage.transaction.VectorIndexes;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Reads all of a database, and changes nothing: every byte of every file against its checksum, and
 * what the bytes say against what must hold. It goes on behind damage, so that all of it is told.
 *
 * <p>One segment at a time is in memory, with the rows that only the log has, and of all rows their
 * ids and primary keys.
 */
public final class Check {
  private final FileSystem files;
  private final Set<CheckReport.Damage> damages = new LinkedHashSet<>();
  private final Set<UUID> named = new LinkedHashSet<>();
  private final Set<UUID> checked = new HashSet<>();
  private long segmentBytes;

  private Check(FileSystem files) {
    this.files = files;
  }

  /**
   * Checks a database that nobody has open for writing.
   *
   * @throws QuiverException 55P03 when someone has, 58P01 when there is no database or one of
   *     another version, 58030 when its directory cannot be read
   */
  public static CheckReport run(FileSystem files) {
    FileSystem readOnly = new ReadOnlyFileSystem(files);
    FileLock lock = readOnly.lock(DatabaseFormat.LOCK);
    try {
      return new Check(readOnly).run();
    } finally {
      lock.close();
    }
  }

  private CheckReport run() {
    try {
      DatabaseFormat.checkExisting(files);
    } catch (CorruptionException e) {
      add(e);
    }
    MetaStore heads = attempt("meta/heads", () -> Recovery.heads(files));
    Manifest manifest =
        heads == null ? null : attempt("meta", () -> new ManifestStore(files, heads).read());
    LogCheck log = LogCheck.of(files);
    log.damages().forEach(this::add);
    DatabaseState state = null;
    if (manifest != null) {
      named.addAll(manifest.segmentIds());
      state = state(manifest);
      Catalog catalog = state.catalog();
      state.tables().values().forEach(table -> checkTable(table, catalog));
      if (damages.isEmpty()) {
        // Rows that are damaged may be what others reference.
        Map<TableId, TableState> tables = state.tables();
        tables.values().forEach(table -> attempt("segments", () -> checkReferences(table, tables)));
      }
    } else {
      // Without a manifest nobody knows which segments count; their files can be read all the same.
      named.addAll(SegmentCheck.list(files));
    }
    named.stream().filter(id -> !checked.contains(id)).forEach(this::checkFiles);
    List<String> leftovers = new ArrayList<>(log.leftovers());
    leftovers.addAll(new Leftovers(files, manifest, named).find());
    long rows =
        state == null ? 0 : state.tables().values().stream().mapToLong(TableState::rowCount).sum();
    return new CheckReport(
        List.copyOf(damages),
        leftovers,
        state == null ? 0 : state.catalog().tables().size(),
        checked.size(),
        segmentBytes,
        rows,
        log.records());
  }

  /** The newest state, without the segments that are damaged. */
  private DatabaseState state(Manifest manifest) {
    Map<TableId, TableState> tables = new HashMap<>();
    for (Manifest.Table table : manifest.tables()) {
      List<TablePart> parts = new ArrayList<>();
      for (Manifest.Segment segment : table.segments()) {
        TablePart part =
            attempt(
                "segments/" + segment.id(),
                () ->
                    Recovery.open(SegmentCache.none(files), segment, Long.MAX_VALUE)
                        .covering(table.definition()));
        if (part != null) {
          parts.add(part);
        }
      }
      tables.put(
          table.definition().id(),
          new TableState(table.definition(), parts, table.nextRowId(), table.nextIdentity(), null));
    }
    DatabaseState flushed =
        DatabaseState.of(new CommitVersion(manifest.commitVersion()), manifest.catalog(), tables);
    CommitPipeline pipeline =
        attempt(
            "segments",
            () ->
                new CommitPipeline(
                    flushed,
                    manifest.nextTable(),
                    null,
                    manifest.replayFrom(),
                    Scheduler.system()));
    if (pipeline == null) {
      return flushed;
    }
    attempt(
        "log",
        () -> {
          try (Log log = new LocalLog(files, RandomGenerator.getDefault(), LogOptions.DEFAULT)) {
            Recovery.replay(SegmentCache.none(files), log, manifest, pipeline, Scheduler.system());
          }
          return pipeline;
        });
    return pipeline.visible();
  }

  private void checkTable(TableState table, Catalog catalog) {
    long last = -1;
    for (TablePart part : table.parts()) {
      UUID id = part.segment();
      String where = id == null ? "log" : "segments/" + id;
      long before = last;
      Long end = attempt(where, () -> checkRowIds(table, part, before, where));
      last = end == null ? last : end;
      if (id == null) {
        attempt(where, () -> checkInMemory(table.definition(), part, where));
      } else {
        named.add(id);
        checkFiles(id);
        attempt(where, () -> checkNotNull(table.definition(), part, where));
        checkIndexes(table.definition(), part, id, catalog);
        checkVectorIndexes(table.definition(), part, id, catalog);
      }
    }
    attempt("segments", () -> checkKeys(table));
  }

  /** Checks the files of a segment's indexes; one that is missing is made when it is opened. */
  private void checkIndexes(TableDefinition table, TablePart part, UUID segment, Catalog catalog) {
    for (IndexDefinition index : Indexing.built(catalog, table)) {
      IndexFile.Subject subject = new IndexFile.Subject(segment, part.rowCount(), index, table);
      attempt(
          subject.path(),
          () -> {
            try {
              checkIndex(subject, part);
            } catch (CorruptionException e) {
              throw derived(e);
            }
            return null;
          });
    }
  }

  private void checkVectorIndexes(
      TableDefinition table, TablePart part, UUID segment, Catalog catalog) {
    for (IndexDefinition index : catalog.indexesOf(table.id())) {
      if (!index.kind().isVector()) {
        continue;
      }
      VectorIndexFile.Subject subject =
          new VectorIndexFile.Subject(segment, part.rowCount(), index, table);
      attempt(
          subject.path(),
          () -> {
            try {
              return VectorIndexFile.read(
                  files, subject, some -> VectorIndexes.rows(part, index, some));
            } catch (CorruptionException e) {
              throw derived(e);
            }
          });
    }
  }

  private static CorruptionException derived(CorruptionException e) {
    return new CorruptionException(
        e.file(), e.offset(), e.what() + "; it is an index, and made anew from its table");
  }

  private void checkIndex(IndexFile.Subject subject, TablePart part) {
    ScalarIndex index = IndexFile.read(files, subject);
    if (index != null) {
      List<Column> columns =
          subject.index().keys().stream().map(key -> part.column(key.column())).toList();
      index.check(files.describe(subject.path()), subject.index().keys(), columns);
    }
  }

  private void checkFiles(UUID id) {
    if (checked.add(id)) {
      segmentBytes +=
          SegmentCheck.check(
              files, id, this::add, (path, name, column) -> checkColumn(path, name, column));
    }
  }

  private void checkColumn(String path, String name, Column column) {
    String problem = ColumnCheck.problem(column);
    if (problem != null) {
      add(path, "column " + name + ": " + problem);
    }
  }

  private @Nullable Void checkInMemory(TableDefinition table, TablePart part, String where) {
    for (ColumnDefinition column : table.columns()) {
      checkColumn(where, table.name() + "." + column.name(), part.column(column.id()));
    }
    return checkNotNull(table, part, where);
  }

  /** Gives the last of the part's row ids. */
  private Long checkRowIds(TableState table, TablePart part, long before, String where) {
    Column ids = part.column(ColumnId.ROW_ID);
    long last = before;
    for (int row = 0; row < part.rowCount(); row++) {
      long id = ids.getLong(row);
      if (ids.isNull(row) || id <= last || id >= table.nextRowId()) {
        add(
            where,
            "row %d of table %s has the id %d, wanted above %d and below %d"
                .formatted(row, table.definition().name(), id, last, table.nextRowId()));
        return Math.max(last, id);
      }
      last = id;
    }
    return last;
  }

  private @Nullable Void checkNotNull(TableDefinition table, TablePart part, String where) {
    UUID id = part.segment();
    SegmentReader fresh = id == null ? null : SegmentReader.open(files, id);
    for (ColumnDefinition definition : table.columns()) {
      if (definition.nullable()) {
        continue;
      }
      // Read anew: what the part itself reads it keeps.
      Column column =
          fresh != null && fresh.has(definition.id())
              ? fresh.column(definition.id())
              : part.column(definition.id());
      for (int row = 0; column.mayHaveNulls() && row < part.rowCount(); row++) {
        if (column.isNull(row) && !part.deleted().contains(row)) {
          add(
              where,
              "row %d of table %s is null in column %s, which is NOT NULL"
                  .formatted(row, table.name(), definition.name()));
          break;
        }
      }
    }
    return null;
  }

  private @Nullable Void checkReferences(TableState table, Map<TableId, TableState> tables) {
    for (Constraint.ForeignKey key : table.definition().constraints(Constraint.ForeignKey.class)) {
      TableState referenced = tables.get(key.referenced());
      String orphan =
          referenced == null
              ? "the table that foreign key " + key.name() + " references is not there"
              : OrphanCheck.orphan(table, key, referenced);
      if (orphan != null) {
        add("segments", orphan);
      }
    }
    return null;
  }

  private @Nullable Void checkKeys(TableState table) {
    for (Constraint.Key key : table.definition().uniqueKeys()) {
      String duplicate = KeyCheck.duplicate(table, key.columns());
      if (duplicate != null) {
        add("segments", duplicate);
      }
    }
    return null;
  }

  /** Does something; what goes wrong is damage of the file, or null is given. */
  private <T> @Nullable T attempt(String path, Supplier<@Nullable T> step) {
    try {
      return step.get();
    } catch (CorruptionException e) {
      add(e);
    } catch (QuiverException e) {
      add(path, e.sqlState() + ": " + e.getMessage());
    } catch (RuntimeException e) {
      add(path, "it makes no sense although its checksums are right: " + e);
    }
    return null;
  }

  private void add(CorruptionException e) {
    damages.add(new CheckReport.Damage(e.file(), e.offset(), e.what()));
  }

  private void add(String path, String what) {
    damages.add(new CheckReport.Damage(files.describe(path), 0, what));
  }
}
