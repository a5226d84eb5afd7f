package io.quiver.storage.segment;

import io.quiver.storage.catalog.ColumnId;
import io.quiver.storage.file.FileSystem;
import io.quiver.storage.statistics.BloomFilter;
import io.quiver.storage.statistics.ColumnSummary;
import io.quiver.storage.statistics.ValueHash;
import io.quiver.storage.statistics.VectorStatistics;
import io.quiver.storage.statistics.ZoneMap;
import io.quiver.types.Column;
import io.quiver.types.CorruptionException;

/**
 * Compares the statistics of a segment with its rows: what excludes a row that is there is damage.
 */
final class StatisticsCheck {
  private final FileSystem files;
  private final SegmentReader reader;
  private final String path;

  StatisticsCheck(FileSystem files, SegmentReader reader, String directory) {
    this.files = files;
    this.reader = reader;
    this.path = directory + "/" + StatisticsFile.NAME;
  }

  /**
   * Looks at all rows of a column.
   *
   * @throws CorruptionException for the first row that its statistics exclude
   */
  void check(ColumnId id, Column values) {
    if (id.equals(ColumnId.ROW_ID)) {
      return;
    }
    ColumnSummary summary = reader.summary(id);
    if (summary == null) {
      throw damaged(id, "it has no statistics");
    }
    checkRange(id, values, summary.statistics().range());
    ZoneMap zones = summary.zones();
    if (zones != null) {
      checkRange(id, values, zones);
    }
    VectorStatistics vectors = summary.statistics().vectors();
    for (int row = 0; vectors != null && vectors.hasCentroid() && row < values.length(); row++) {
      if (!values.isNull(row) && !vectors.holds(values.getFloats(row))) {
        throw damaged(id, "row " + row + " is farther from the centroid than the radius");
      }
    }
    BloomFilter filter = summary.filter();
    for (int row = 0; filter != null && row < values.length(); row++) {
      if (!values.isNull(row) && !filter.mayHold(ValueHash.of(values, row))) {
        throw damaged(id, "the Bloom filter lacks row " + row);
      }
    }
  }

  private void checkRange(ColumnId id, Column values, ZoneMap zones) {
    int nulls = 0;
    for (int row = 0; row < values.length(); row++) {
      int zone = row / zones.zoneRows();
      nulls = row % zones.zoneRows() == 0 ? 0 : nulls;
      if (values.isNull(row)) {
        nulls++;
      } else if (!zones.holds(zone, values, row)) {
        throw damaged(id, "row " + row + " lies outside of its zone's values");
      }
      boolean last = row + 1 == values.length() || (row + 1) % zones.zoneRows() == 0;
      if (last && nulls != zones.nulls(zone)) {
        throw damaged(id, "%d nulls in a zone of %d".formatted(nulls, zones.nulls(zone)));
      }
    }
  }

  private CorruptionException damaged(ColumnId id, String what) {
    return new CorruptionException(files.describe(path), 0, "column " + id.value() + ": " + what);
  }
}
