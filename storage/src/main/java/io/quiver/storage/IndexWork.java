package io.quiver.storage;

import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.IndexId;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.transaction.TablePart;

/** An index on vectors that a segment, or a part in memory, is to have. */
record IndexWork(TableDefinition table, IndexDefinition index, TablePart part) {
  /** Which of all indexes of all parts it is. */
  record Key(Object part, IndexId index) {}

  Key key() {
    return new Key(part.identity(), index.id());
  }
}
