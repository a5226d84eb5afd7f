package io.quiver.storage.transaction;

import io.quiver.storage.catalog.TableDefinition;
import java.util.List;

/** The rows of one table in one snapshot, as a list of segments: sealed, growing, and one's own. */
public interface TableSnapshot {
  TableDefinition definition();

  List<SegmentView> segments();

  /** Rows that are visible, deleted ones left out. */
  long rowCount();
}
