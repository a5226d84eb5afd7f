package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.Job;
import io.quiver.storage.Store;
import io.quiver.storage.VectorIndexBuild;
import io.quiver.storage.cache.CacheUsage;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.index.MissingIndex;
import io.quiver.storage.transaction.IndexLag;
import io.quiver.storage.transaction.SegmentIndexes;
import io.quiver.storage.transaction.Snapshot;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The tables of information_schema and of schema quiver, and their rows. */
public final class SystemTables {
  public static final SystemTable STATEMENTS =
      new SystemTable(
          "quiver",
          "statements",
          Schema.of(
              text("statement"),
              new Field("calls", SqlType.BIGINT, false),
              new Field("cache_hits", SqlType.BIGINT, false),
              new Field("errors", SqlType.BIGINT, false),
              new Field("rows", SqlType.BIGINT, false),
              new Field("total_ms", SqlType.DOUBLE, false),
              new Field("mean_ms", SqlType.DOUBLE, false)));

  public static final SystemTable SETTINGS =
      new SystemTable(
          "quiver", "settings", Schema.of(text("name"), text("value"), text("description")));

  /** What the session's last COPY with ON_ERROR skip left out. */
  public static final SystemTable COPY_ERRORS =
      new SystemTable(
          "quiver",
          "copy_errors",
          Schema.of(new Field("rows", SqlType.BIGINT, false), text("sqlstate"), text("message")));

  /** What is in the catalog, and how far it is built. */
  public static final SystemTable INDEXES =
      new SystemTable(
          "quiver",
          "indexes",
          Schema.of(
              text("table_schema"),
              text("table_name"),
              text("index_name"),
              text("kind"),
              text("columns"),
              new Field("distance", SqlType.TEXT, true),
              new Field("include", SqlType.TEXT, true),
              new Field("predicate", SqlType.TEXT, true),
              new Field("options", SqlType.TEXT, true),
              text("state"),
              new Field("reason", SqlType.TEXT, true),
              new Field("rows_indexed", SqlType.BIGINT, true),
              new Field("rows_not_indexed", SqlType.BIGINT, true),
              new Field("rows_interim", SqlType.BIGINT, true),
              new Field("bytes", SqlType.BIGINT, true),
              new Field("memory_bytes", SqlType.BIGINT, true),
              new Field("build_ms", SqlType.BIGINT, true),
              new Field("built_as", SqlType.TEXT, true),
              new Field("recall", SqlType.DOUBLE, true),
              new Field("recall_samples", SqlType.BIGINT, true),
              new Field("indexed_after_ms", SqlType.BIGINT, true),
              new Field("indexed_after_ms_max", SqlType.BIGINT, true),
              new Field("comment", SqlType.TEXT, true)));

  /** The statements that make the catalog again. */
  public static final SystemTable DEFINITIONS =
      new SystemTable(
          "quiver",
          "definitions",
          Schema.of(
              new Field("position", SqlType.INTEGER, false),
              text("section"),
              text("kind"),
              text("object_schema"),
              new Field("object_name", SqlType.TEXT, true),
              text("statement")));

  /** The builds of vector indexes that go on or wait. */
  public static final SystemTable INDEX_BUILDS =
      new SystemTable(
          "quiver",
          "index_builds",
          Schema.of(
              new Field("id", SqlType.BIGINT, false),
              text("table_schema"),
              text("table_name"),
              text("index_name"),
              new Field("segment", SqlType.UUID, true),
              text("what"),
              text("state"),
              new Field("rows", SqlType.BIGINT, false),
              new Field("rows_done", SqlType.BIGINT, false),
              new Field("share", SqlType.DOUBLE, false),
              new Field("rows_per_second", SqlType.DOUBLE, false),
              new Field("elapsed_ms", SqlType.BIGINT, false),
              new Field("eta_ms", SqlType.BIGINT, true),
              new Field("threads", SqlType.INTEGER, false),
              new Field("memory_bytes", SqlType.BIGINT, false)));

  /** What the store does beside statements, and has done last. */
  public static final SystemTable JOBS =
      new SystemTable(
          "quiver",
          "jobs",
          Schema.of(
              new Field("id", SqlType.BIGINT, false),
              text("kind"),
              new Field("table_schema", SqlType.TEXT, true),
              new Field("table_name", SqlType.TEXT, true),
              text("state"),
              new Field("started", SqlType.TIMESTAMP_TZ, false),
              new Field("finished", SqlType.TIMESTAMP_TZ, true),
              new Field("rows_done", SqlType.BIGINT, false),
              new Field("rows_total", SqlType.BIGINT, false),
              new Field("rows_per_second", SqlType.DOUBLE, true),
              new Field("bytes_done", SqlType.BIGINT, false),
              new Field("bytes_total", SqlType.BIGINT, false),
              new Field("error", SqlType.TEXT, true)));

  /** What is kept in memory of files, and how well that serves. */
  public static final SystemTable CACHE =
      new SystemTable(
          "quiver",
          "cache",
          Schema.of(
              text("content"),
              new Field("entries", SqlType.BIGINT, false),
              new Field("bytes", SqlType.BIGINT, false),
              new Field("released_bytes", SqlType.BIGINT, false),
              new Field("budget_bytes", SqlType.BIGINT, false),
              new Field("hits", SqlType.BIGINT, false),
              new Field("misses", SqlType.BIGINT, false),
              new Field("evictions", SqlType.BIGINT, false)));

  private static final List<SystemTable> ALL =
      Stream.concat(
              InformationSchema.all().stream(),
              Stream.of(
                  CACHE,
                  DEFINITIONS,
                  INDEXES,
                  INDEX_BUILDS,
                  JOBS,
                  SETTINGS,
                  STATEMENTS,
                  COPY_ERRORS))
          .toList();

  private SystemTables() {}

  /** All of them, by schema and name. */
  public static List<SystemTable> all() {
    return ALL;
  }

  /**
   * The rows of quiver.indexes: what CREATE INDEX and CREATE UNIQUE INDEX made.
   *
   * @param of on that table alone, or null for all of a snapshot's catalog
   */
  public static Batch indexes(Snapshot snapshot, @Nullable TableDefinition of) {
    Catalog catalog = snapshot.catalog();
    Rows rows = new Rows(INDEXES.schema());
    for (IndexDefinition index : of == null ? catalog.indexes() : catalog.indexesOf(of.id())) {
      TableDefinition table = Objects.requireNonNull(catalog.table(index.table()));
      IndexDefinition.Distance distance = index.distance();
      SegmentIndexes.Extent extent = snapshot.extent(index);
      IndexLag.Waited waited = snapshot.waited(index);
      boolean onVectors = index.kind().isVector();
      boolean built = index.isBuilt() || onVectors;
      rows.add(
          table.schemaName(),
          table.name(),
          index.name(),
          index.kind().sqlName(),
          DefinitionText.keys(index, table),
          distance == null ? null : distance.name().toLowerCase(Locale.ROOT),
          index.include().isEmpty() ? null : DefinitionText.names(table, index.include()),
          index.predicateSql(),
          index.options().isEmpty() ? null : DefinitionText.options(index),
          built ? state(extent) : "not built",
          extent.givenUp() == null ? null : extent.givenUp().reason(),
          built ? extent.rows() : null,
          built ? extent.left() : null,
          onVectors ? extent.interim() : null,
          built ? extent.bytes() : null,
          onVectors ? extent.memory() : null,
          onVectors ? extent.buildMillis() : null,
          extent.chosen().isEmpty() ? null : String.join("; ", extent.chosen()),
          extent.recall().samples() == 0 ? null : extent.recall().mean(),
          onVectors ? extent.recall().samples() : null,
          waited == null ? null : waited.lastMillis(),
          waited == null ? null : waited.mostMillis(),
          index.comment());
    }
    for (TableDefinition table : of == null ? catalog.tables() : List.of(of)) {
      table.constraints(Constraint.Unique.class).stream()
          .filter(Constraint.Unique::index)
          .forEach(key -> addUnique(rows, table, key));
    }
    return rows.batch();
  }

  private static String state(SegmentIndexes.Extent extent) {
    MissingIndex givenUp = extent.givenUp();
    if (extent.missing() > 0) {
      return "building";
    }
    return givenUp == null
        ? "ready"
        : switch (givenUp.cause()) {
          case KILLED -> "killed";
          case TOO_LARGE -> "too large";
          case FAILED, REFUSED -> "failed";
        };
  }

  /** A unique index is a key of its table, which is kept for all rows. */
  private static void addUnique(Rows rows, TableDefinition table, Constraint.Unique key) {
    rows.add(
        table.schemaName(),
        table.name(),
        key.name(),
        "unique",
        DefinitionText.names(table, key.columns()),
        null,
        null,
        null,
        null,
        "ready",
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }

  /** The rows of quiver.index_builds. */
  public static Batch indexBuilds(List<VectorIndexBuild> builds) {
    Rows rows = new Rows(INDEX_BUILDS.schema());
    for (VectorIndexBuild build : builds) {
      rows.add(
          build.id(),
          build.schemaName(),
          build.tableName(),
          build.indexName(),
          build.segment(),
          build.what().name().toLowerCase(Locale.ROOT),
          build.state().name().toLowerCase(Locale.ROOT),
          (long) build.rows(),
          build.rowsDone(),
          build.share(),
          build.rowsPerSecond(),
          build.elapsedMillis(),
          build.etaMillis() < 0 ? null : build.etaMillis(),
          build.threads(),
          build.memoryBytes());
    }
    return rows.batch();
  }

  /** The rows of quiver.jobs. */
  public static Batch jobs(List<Job> jobs, Instant now) {
    Rows rows = new Rows(JOBS.schema());
    for (Job job : jobs) {
      rows.add(
          job.id(),
          job.kind().name().toLowerCase(Locale.ROOT),
          job.schemaName(),
          job.tableName(),
          job.state().name().toLowerCase(Locale.ROOT),
          job.started(),
          job.finished(),
          job.rowsDone(),
          job.rowsTotal(),
          job.rowsPerSecond(now),
          job.bytesDone(),
          job.bytesTotal(),
          job.error());
    }
    return rows.batch();
  }

  /** The rows of quiver.cache: one for each kind of content. */
  public static Batch cache(Store store) {
    Rows rows = new Rows(CACHE.schema());
    for (CacheUsage usage : store.cacheUsage()) {
      rows.add(
          usage.content().name().toLowerCase(Locale.ROOT),
          usage.entries(),
          usage.bytes(),
          usage.releasedBytes(),
          store.cacheBytes(),
          usage.hits(),
          usage.misses(),
          usage.evictions());
    }
    return rows.batch();
  }

  /** The rows of quiver.settings. */
  public static Batch settings(Settings settings) {
    Rows rows = new Rows(SETTINGS.schema());
    for (String name : Settings.names()) {
      rows.add(name, settings.get(name), Settings.description(name));
    }
    return rows.batch();
  }

  private static Field text(String name) {
    return new Field(name, SqlType.TEXT, false);
  }
}
