package io.quiver.storage.transaction;

import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that one open transaction makes or restarts: nobody else sees their values before
 * it commits. Owned by its thread.
 */
final class OwnSequences {
  private final Map<TableId, SequenceDefinition> advanced = new HashMap<>();

  /**
   * A sequence as the transaction has it now, or null where all take its values from one place.
   *
   * @param base what is committed
   */
  @Nullable SequenceDefinition find(TableId id, CatalogEdits edits, Catalog base) {
    for (CatalogChange change : edits.changes()) {
      if (change instanceof CatalogChange.PutSequence(SequenceDefinition put)
          && put.id().equals(id)) {
        SequenceDefinition committed = base.sequence(id);
        boolean own =
            committed == null || committed.position().restarts() != put.position().restarts();
        return own ? current(put) : null;
      }
    }
    return null;
  }

  private SequenceDefinition current(SequenceDefinition put) {
    SequenceDefinition mine = advanced.get(put.id());
    if (mine == null || mine.position().restarts() < put.position().restarts()) {
      return put;
    }
    return put.with(mine.position());
  }

  /** The next value of a sequence that {@link #find} has given. */
  long take(SequenceDefinition own) {
    if (own.position().exhausted()) {
      throw SequenceValues.exhausted(own);
    }
    advanced.put(own.id(), own.with(own.after(1)));
    return own.position().next();
  }

  /** Sets a sequence that {@link #find} has given. */
  void set(SequenceDefinition own, long value, boolean given) {
    advanced.put(own.id(), own.restarted(value, given));
  }

  /** Changes to the catalog with the positions of now. */
  List<CatalogChange> committed(List<CatalogChange> changes) {
    return changes.stream()
        .map(change ->
            change instanceof CatalogChange.PutSequence(SequenceDefinition put)
                    && advanced.containsKey(put.id())
                ? new CatalogChange.PutSequence(current(put))
                : change)
        .toList();
  }
}
