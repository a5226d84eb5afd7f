package io.quiver.storage.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The schemas, tables, views and indexes that a snapshot sees. Immutable.
 *
 * @param version grows with every DDL commit, so that a plan made on an older one is recognised; an
 *     uncommitted DDL of one's own transaction gives a negative one that no other session has
 * @param schemas in the order of their names
 * @param tables in the order of their names
 * @param views in the order of their names
 * @param indexes in the order of their names
 * @param sequences in the order of their names
 */
public record Catalog(
    long version,
    List<String> schemas,
    List<TableDefinition> tables,
    List<ViewDefinition> views,
    List<IndexDefinition> indexes,
    List<SequenceDefinition> sequences) {
  public static final String DEFAULT_SCHEMA = "public";

  /** Of a database in which nothing has happened. */
  public static final Catalog EMPTY = new Catalog(0, List.of());

  public Catalog {
    schemas = List.copyOf(schemas);
    tables = List.copyOf(tables);
    views = List.copyOf(views);
    indexes = List.copyOf(indexes);
    sequences = List.copyOf(sequences);
  }

  /** Tables of the default schema. */
  public Catalog(long version, List<TableDefinition> tables) {
    this(version, List.of(DEFAULT_SCHEMA), tables, List.of(), List.of(), List.of());
  }

  /** The table with this exact name, or null. */
  public @Nullable TableDefinition table(String schemaName, String name) {
    for (TableDefinition table : tables) {
      if (table.name().equals(name) && table.schemaName().equals(schemaName)) {
        return table;
      }
    }
    return null;
  }

  /** The table with this id, or null when it has been dropped. */
  public @Nullable TableDefinition table(TableId id) {
    for (TableDefinition table : tables) {
      if (table.id().equals(id)) {
        return table;
      }
    }
    return null;
  }

  /** The view with this exact name, or null. */
  public @Nullable ViewDefinition view(String schemaName, String name) {
    for (ViewDefinition view : views) {
      if (view.name().equals(name) && view.schemaName().equals(schemaName)) {
        return view;
      }
    }
    return null;
  }

  /** The view with this id, or null when it has been dropped. */
  public @Nullable ViewDefinition view(TableId id) {
    for (ViewDefinition view : views) {
      if (view.id().equals(id)) {
        return view;
      }
    }
    return null;
  }

  /** The index with this exact name, or null. */
  public @Nullable IndexDefinition index(String schemaName, String name) {
    for (IndexDefinition index : indexes) {
      if (index.name().equals(name) && schemaName.equals(schemaOf(index))) {
        return index;
      }
    }
    return null;
  }

  /** The sequence with this exact name, or null. */
  public @Nullable SequenceDefinition sequence(String schemaName, String name) {
    for (SequenceDefinition sequence : sequences) {
      if (sequence.name().equals(name) && sequence.schemaName().equals(schemaName)) {
        return sequence;
      }
    }
    return null;
  }

  /** The sequence with this id, or null when it has been dropped. */
  public @Nullable SequenceDefinition sequence(TableId id) {
    for (SequenceDefinition sequence : sequences) {
      if (sequence.id().equals(id)) {
        return sequence;
      }
    }
    return null;
  }

  /** The schema of an index is that of its table. */
  public @Nullable String schemaOf(IndexDefinition index) {
    TableDefinition table = table(index.table());
    return table == null ? null : table.schemaName();
  }

  /** The table that has a unique key of this exact name, or null. */
  public @Nullable TableDefinition tableOfKey(String schemaName, String keyName) {
    for (TableDefinition table : tables) {
      if (table.schemaName().equals(schemaName)
          && table.constraint(keyName) instanceof Constraint.Key) {
        return table;
      }
    }
    return null;
  }

  /** The foreign keys that reference a table, each with the table that has it. */
  public List<Reference> references(TableId referenced) {
    List<Reference> found = new ArrayList<>();
    for (TableDefinition table : tables) {
      for (Constraint constraint : table.constraints()) {
        if (constraint instanceof Constraint.ForeignKey key
            && key.referenced().equals(referenced)) {
          found.add(new Reference(table, key));
        }
      }
    }
    return found;
  }

  /** A foreign key and the table whose rows it binds. */
  public record Reference(TableDefinition table, Constraint.ForeignKey key) {}

  /** The indexes of a table, in the order of their names. */
  public List<IndexDefinition> indexesOf(TableId table) {
    return indexes.stream().filter(index -> index.table().equals(table)).toList();
  }

  /** The views that read a table or view themselves, in the order of their names. */
  public List<ViewDefinition> viewsOver(TableId read) {
    return views.stream().filter(view -> view.dependencies().contains(read)).toList();
  }

  /** Whether a table, view, index, unique key or sequence has this name already. */
  public boolean isTaken(String schemaName, String name) {
    return table(schemaName, name) != null
        || view(schemaName, name) != null
        || index(schemaName, name) != null
        || tableOfKey(schemaName, name) != null
        || sequence(schemaName, name) != null;
  }

  /** After some steps. What a step would drop or replace may be gone already. */
  public Catalog with(long newVersion, List<CatalogChange> changes) {
    List<String> newSchemas = new ArrayList<>(schemas);
    List<TableDefinition> newTables = new ArrayList<>(tables);
    List<ViewDefinition> newViews = new ArrayList<>(views);
    List<IndexDefinition> newIndexes = new ArrayList<>(indexes);
    List<SequenceDefinition> newSequences = new ArrayList<>(sequences);
    for (CatalogChange change : changes) {
      switch (change) {
        case CatalogChange.CreateSchema(String name) -> {
          newSchemas.remove(name);
          newSchemas.add(name);
        }
        case CatalogChange.DropSchema(String name) -> newSchemas.remove(name);
        case CatalogChange.CreateTable(TableDefinition table) -> newTables.add(table);
        case CatalogChange.AlterTable(TableDefinition table) ->
            newTables.replaceAll(old -> old.id().equals(table.id()) ? table : old);
        case CatalogChange.DropTable(TableId id) -> {
          newTables.removeIf(table -> table.id().equals(id));
          newIndexes.removeIf(index -> index.table().equals(id));
        }
        case CatalogChange.PutView(ViewDefinition view) -> {
          newViews.removeIf(old -> old.id().equals(view.id()));
          newViews.add(view);
        }
        case CatalogChange.DropView(TableId id) -> newViews.removeIf(v -> v.id().equals(id));
        case CatalogChange.PutIndex(IndexDefinition index) -> {
          newIndexes.removeIf(old -> old.id().equals(index.id()));
          newIndexes.add(index);
        }
        case CatalogChange.DropIndex(IndexId id) ->
            newIndexes.removeIf(index -> index.id().equals(id));
        case CatalogChange.PutSequence(SequenceDefinition sequence) -> put(sequence, newSequences);
        case CatalogChange.DropSequence(TableId id) ->
            newSequences.removeIf(sequence -> sequence.id().equals(id));
        case CatalogChange.AdvanceSequence(TableId id, var _, var to) ->
            newSequences.replaceAll(old -> old.id().equals(id) ? old.with(to) : old);
      }
    }
    newSchemas.sort(Comparator.naturalOrder());
    newTables.sort(
        Comparator.comparing(TableDefinition::name).thenComparing(TableDefinition::schemaName));
    newViews.sort(
        Comparator.comparing(ViewDefinition::name).thenComparing(ViewDefinition::schemaName));
    newIndexes.sort(
        Comparator.comparing(IndexDefinition::name)
            .thenComparingLong(index -> index.table().value()));
    newSequences.sort(
        Comparator.comparing(SequenceDefinition::name)
            .thenComparing(SequenceDefinition::schemaName));
    return new Catalog(newVersion, newSchemas, newTables, newViews, newIndexes, newSequences);
  }

  /** A sequence that is not restarted goes on where it is by now. */
  private static void put(SequenceDefinition sequence, List<SequenceDefinition> sequences) {
    SequenceDefinition put = sequence;
    for (SequenceDefinition old : sequences) {
      boolean same = old.id().equals(sequence.id());
      if (same && old.position().restarts() == sequence.position().restarts()) {
        put = sequence.with(old.position());
      }
    }
    sequences.removeIf(old -> old.id().equals(sequence.id()));
    sequences.add(put);
  }
}
