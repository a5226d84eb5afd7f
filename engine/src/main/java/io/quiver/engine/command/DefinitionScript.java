package io.quiver.engine.command;

import io.quiver.planner.Planner;
import io.quiver.sql.SqlNames;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.catalog.ViewDefinition;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The statements that make a catalog again, each after those that it needs: the rows of
 * quiver.definitions. Those of {@link Section#PRE_DATA} come before the tables' rows, the others
 * after them. What one catalog gives depends on names alone, so a catalog made by the statements
 * gives the same.
 */
public final class DefinitionScript {
  private static final Comparator<TableDefinition> BY_NAME =
      Comparator.comparing(TableDefinition::schemaName).thenComparing(TableDefinition::name);

  private final Snapshot snapshot;
  private final Catalog catalog;
  private final Planner planner;
  private final Rows rows = new Rows(SystemTables.DEFINITIONS.schema());
  private int position;

  /** When a statement runs: before the rows of the tables, or after them. */
  enum Section {
    PRE_DATA("pre-data"),
    POST_DATA("post-data");

    private final String text;

    Section(String text) {
      this.text = text;
    }
  }

  private DefinitionScript(Snapshot snapshot, Planner planner) {
    this.snapshot = snapshot;
    this.catalog = snapshot.catalog();
    this.planner = planner;
  }

  /** The rows of quiver.definitions. */
  public static Batch rows(Snapshot snapshot, Planner planner) {
    DefinitionScript script = new DefinitionScript(snapshot, planner);
    script.addAll();
    return script.rows.batch();
  }

  private void addAll() {
    catalog.schemas().stream()
        .filter(schema -> !schema.equals(Catalog.DEFAULT_SCHEMA))
        .sorted()
        .forEach(schema ->
            add(
                Section.PRE_DATA,
                "schema",
                schema,
                null,
                "CREATE SCHEMA IF NOT EXISTS " + SqlNames.written(schema)));
    List<TableDefinition> tables = catalog.tables().stream().sorted(BY_NAME).toList();
    for (SequenceDefinition sequence : catalog.sequences()) {
      add(
          Section.PRE_DATA,
          "sequence",
          sequence.schemaName(),
          sequence.name(),
          SequenceRows.definition(sequence));
    }
    tables.forEach(this::addTable);
    for (TableDefinition table : tables) {
      addIdentity(table);
      catalog.indexesOf(table.id()).stream()
          .sorted(Comparator.comparing(IndexDefinition::name))
          .forEach(index -> addIndex(index, table));
      ConstraintText.uniqueIndexes(table)
          .forEach(text -> add(Section.POST_DATA, "index", table, text));
    }
    for (TableDefinition table : tables) {
      ConstraintText.foreignKeys(table, catalog)
          .forEach(text -> add(Section.POST_DATA, "foreign key", table, text));
    }
    for (SequenceDefinition sequence : catalog.sequences()) {
      SequenceDefinition.Position position = snapshot.position(sequence);
      if (position.next() != sequence.options().start() || position.exhausted()) {
        add(
            Section.POST_DATA,
            "sequence",
            sequence.schemaName(),
            sequence.name(),
            SequenceRows.position(sequence, position));
      }
    }
    inOrder(catalog.views()).forEach(this::addView);
  }

  private void addTable(TableDefinition table) {
    String name = DefinitionText.qualified(table.schemaName(), table.name());
    add(Section.PRE_DATA, "table", table, DefinitionText.of(table));
    String comment = table.comment();
    if (comment != null) {
      add(Section.PRE_DATA, "comment", table, comment("TABLE", name, comment));
    }
    for (ColumnDefinition column : table.columns()) {
      String text = column.comment();
      if (text != null) {
        String of = name + "." + SqlNames.written(column.name());
        add(Section.PRE_DATA, "comment", table, comment("COLUMN", of, text));
      }
    }
  }

  private void addIdentity(TableDefinition table) {
    long next = snapshot.table(table.id()).nextIdentity();
    for (ColumnDefinition column : table.columns()) {
      // After its largest value, which some row has, an identity goes on with nothing.
      if (column.identity() != ColumnDefinition.Identity.NONE && next > 1) {
        add(
            Section.POST_DATA,
            "identity",
            table,
            "ALTER TABLE "
                + DefinitionText.qualified(table.schemaName(), table.name())
                + " ALTER COLUMN "
                + SqlNames.written(column.name())
                + " RESTART WITH "
                + next);
      }
    }
  }

  private void addIndex(IndexDefinition index, TableDefinition table) {
    add(Section.POST_DATA, "index", table, DefinitionText.of(index, catalog));
    String text = index.comment();
    if (text != null) {
      String of = DefinitionText.qualified(table.schemaName(), index.name());
      add(Section.POST_DATA, "comment", table, comment("INDEX", of, text));
    }
  }

  /** Views by name, each after those that it reads. */
  private static List<ViewDefinition> inOrder(List<ViewDefinition> views) {
    List<ViewDefinition> left =
        new ArrayList<>(
            views.stream()
                .sorted(
                    Comparator.comparing(ViewDefinition::schemaName)
                        .thenComparing(ViewDefinition::name))
                .toList());
    Set<TableId> missing = left.stream().map(ViewDefinition::id).collect(Collectors.toSet());
    List<ViewDefinition> ordered = new ArrayList<>();
    while (!left.isEmpty()) {
      int before = ordered.size();
      for (Iterator<ViewDefinition> next = left.iterator(); next.hasNext(); ) {
        ViewDefinition view = next.next();
        if (view.dependencies().stream().noneMatch(missing::contains)) {
          ordered.add(view);
          missing.remove(view.id());
          next.remove();
        }
      }
      if (ordered.size() == before) {
        throw new IllegalStateException("views read each other: " + left);
      }
    }
    return ordered;
  }

  /** A view's names are looked up where they were when it was made. */
  private void addView(ViewDefinition view) {
    String path =
        view.searchPath().stream().map(SqlNames::quoted).collect(Collectors.joining(", "));
    add(
        Section.POST_DATA,
        "search_path",
        view.schemaName(),
        view.name(),
        "SET search_path = " + (path.isEmpty() ? "''" : path));
    add(Section.POST_DATA, "view", view.schemaName(), view.name(), text(view));
    String comment = view.comment();
    if (comment != null) {
      String of = DefinitionText.qualified(view.schemaName(), view.name());
      add(
          Section.POST_DATA,
          "comment",
          view.schemaName(),
          view.name(),
          comment("VIEW", of, comment));
    }
  }

  /** A query that has come to give more columns than the view shows is told which it shows. */
  private String text(ViewDefinition view) {
    if (!(SqlParser.parse(view.sql()) instanceof Statement.Query query)) {
      throw new IllegalStateException("the text of a view is no query: " + view.sql());
    }
    List<Field> now = planner.view(query, catalog, view.searchPath()).result().fields();
    if (now.size() == view.columns().size()) {
      return DefinitionText.of(view);
    }
    Set<Integer> taken = new HashSet<>();
    List<String> shown = new ArrayList<>();
    for (String source : view.sourceNames()) {
      int at =
          IntStream.range(0, now.size())
              .filter(i -> now.get(i).name().equals(source) && !taken.contains(i))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException(view.name() + " lacks " + source));
      taken.add(at);
      shown.add("c" + at);
    }
    String all =
        IntStream.range(0, now.size()).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
    return DefinitionText.of(
        view,
        "SELECT " + String.join(", ", shown) + " FROM (" + view.sql() + ") AS q (" + all + ")");
  }

  private static String comment(String kind, String name, String text) {
    return "COMMENT ON " + kind + " " + name + " IS '" + text.replace("'", "''") + "'";
  }

  private void add(Section section, String kind, TableDefinition table, String statement) {
    add(section, kind, table.schemaName(), table.name(), statement);
  }

  private void add(
      Section section, String kind, String schema, @Nullable String name, String statement) {
    rows.add(++position, section.text, kind, schema, name, statement);
  }
}
