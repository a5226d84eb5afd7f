package io.quiver.storage.segment;

import io.quiver.storage.cache.Cached;
import io.quiver.storage.cache.Content;
import io.quiver.storage.cache.SegmentCache;
import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.memtable.ColumnSource;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A segment that is on disk. Opening checks that its files are there and what they say about
 * themselves; a column is read and checked when it is first asked for. The cache keeps it while it
 * has room, and its memory is free when nobody reaches it any more. No file stays open, so there is
 * nothing to close, and the files must stay until then. Safe for many threads.
 */
public final class SegmentReader implements ColumnSource {
  private final UUID id;
  private final int rowCount;
  private final long sizeInBytes;
  private final Map<ColumnId, Place> places;
  private final Map<ColumnId, Cached<Column>> columns;
  private final StatisticsFile statistics;

  private SegmentReader(
      UUID id,
      int rowCount,
      long sizeInBytes,
      Map<ColumnId, Place> places,
      StatisticsFile statistics,
      SegmentCache cache) {
    this.id = id;
    this.rowCount = rowCount;
    this.sizeInBytes = sizeInBytes;
    this.places = Map.copyOf(places);
    this.statistics = statistics;
    Map<ColumnId, Cached<Column>> all = new HashMap<>();
    places.forEach((column, place) -> all.put(column, place.in(cache)));
    this.columns = Map.copyOf(all);
  }

  /** Where a column is. */
  private record Place(ArrowFile file, int index) {
    Cached<Column> in(SegmentCache cache) {
      return cache.add(Content.COLUMNS, file.place(index), files -> file.column(index, files));
    }
  }

  /**
   * Opens a segment past any cache: it keeps what is read of it.
   *
   * @throws CorruptionException when a file is missing or damaged, or belongs to another segment
   */
  public static SegmentReader open(FileSystem files, UUID id) {
    return open(SegmentCache.none(files), id);
  }

  /**
   * Opens a segment.
   *
   * @throws CorruptionException when a file is missing or damaged, or belongs to another segment
   */
  public static SegmentReader open(SegmentCache cache, UUID id) {
    FileSystem files = cache.files();
    String directory = SegmentDirectory.path(id);
    ArrowFile data = ArrowFile.open(files, directory + "/" + SegmentDirectory.DATA);
    Map<ColumnId, Place> places = new HashMap<>();
    long size = add(files, id, data, data, places);
    String vectors = data.metadata().getOrDefault(SegmentFormat.VECTORS, "");
    for (String text : vectors.isEmpty() ? new String[0] : vectors.split(",")) {
      ColumnId vector = new ColumnId(Integer.parseInt(text));
      String path = directory + "/" + SegmentDirectory.vectorFile(vector);
      size += add(files, id, ArrowFile.open(files, path), data, places);
      if (!places.containsKey(vector)) {
        throw new CorruptionException(files.describe(path), 0, "it holds another column");
      }
    }
    StatisticsFile statistics = StatisticsFile.open(cache, id, data.rows());
    return new SegmentReader(id, data.rows(), size + statistics.bytes(), places, statistics, cache);
  }

  private static long add(
      FileSystem files, UUID id, ArrowFile file, ArrowFile data, Map<ColumnId, Place> places) {
    String segment = file.metadata().get(SegmentFormat.SEGMENT);
    if (!id.toString().equals(segment) || file.rows() != data.rows()) {
      throw new CorruptionException(
          files.describe(file.path()),
          0,
          "it belongs to segment %s of %d rows".formatted(segment, file.rows()));
    }
    for (int i = 0; i < file.fields().size(); i++) {
      places.put(file.fields().get(i).id(), new Place(file, i));
    }
    return file.bytes();
  }

  public UUID id() {
    return id;
  }

  public int rowCount() {
    return rowCount;
  }

  /** The length of the files. */
  public long sizeInBytes() {
    return sizeInBytes;
  }

  /** The columns that were there when the segment was written. */
  public Set<ColumnId> columnIds() {
    return places.keySet();
  }

  @Override
  public boolean has(ColumnId column) {
    return places.containsKey(column);
  }

  @Override
  public SqlType type(ColumnId column) {
    Place place = place(column);
    return place.file().fields().get(place.index()).type();
  }

  /**
   * A whole column, for which {@link #has} holds.
   *
   * @throws CorruptionException when its bytes do not give their checksum
   */
  @Override
  public Column column(ColumnId column) {
    Cached<Column> cached = columns.get(column);
    if (cached == null) {
      throw missing(column);
    }
    return cached.get();
  }

  /**
   * Reads a column for which {@link #has} holds in pieces, of a multiple of 8 rows but for the
   * last, without keeping it; text and lists come in one piece. A piece is good until the next.
   *
   * @throws CorruptionException when it is damaged, perhaps after pieces were handed over
   */
  public void forEachBlock(ColumnId column, Consumer<Column> block) {
    Place place = place(column);
    place.file().forEachBlock(place.index(), block);
  }

  @Override
  public @Nullable ColumnSummary summary(ColumnId column) {
    return statistics.columns().get(column);
  }

  @Override
  public List<Cached<?>> cached(ColumnId column) {
    List<Cached<?>> all = new ArrayList<>(statistics.cached(column));
    Cached<Column> values = columns.get(column);
    if (values != null) {
      all.add(values);
    }
    return all;
  }

  private Place place(ColumnId column) {
    Place place = places.get(column);
    if (place == null) {
      throw missing(column);
    }
    return place;
  }

  private IllegalArgumentException missing(ColumnId column) {
    return new IllegalArgumentException("segment " + id + " has no " + column);
  }
}
