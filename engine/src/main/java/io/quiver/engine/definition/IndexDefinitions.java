package io.quiver.engine.definition;

import io.quiver.sql.Statement;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.Constraint;
import io.quiver.storage.catalog.IndexDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.index.IndexSpecs;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** CREATE INDEX and DROP INDEX. */
final class IndexDefinitions {
  private static final String KIND = "kind";

  private IndexDefinitions() {}

  static void create(Statement.CreateIndex command, DefinitionContext context) {
    TableDefinition table = context.names().existingTable(command.table());
    String schema = table.schemaName();
    String given = command.name();
    if (given != null) {
      boolean exists = context.catalog().index(schema, given) != null;
      if (exists && command.ifNotExists()) {
        return;
      }
      context.names().checkFree(schema, given);
    }
    List<ColumnDefinition> columns =
        command.keys().stream().map(key -> Names.column(table, key.column())).toList();
    if (command.unique()) {
      createUnique(command, table, context);
      return;
    }
    boolean vector = columns.stream().anyMatch(column -> column.type() instanceof SqlType.Vector);
    IndexDefinition.Kind kind = kind(command, vector);
    checkColumns(command, columns, kind);
    IndexDefinition.Distance distance =
        vector ? distance(command, (SqlType.Vector) columns.getFirst().type()) : null;
    if (!vector && command.distance() != null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "a distance belongs to an index on a vector");
    }
    String predicate = command.predicateSql();
    if (predicate != null) {
      context.planner().indexCondition(predicate, table);
      if (!vector) {
        throw new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "an index with WHERE on scalar columns is not supported yet; without WHERE it serves"
                + " the same queries");
      }
    }
    String name = given != null ? given : freeName(table, columns, context);
    IndexDefinition index =
        new IndexDefinition(
            context.transaction().newIndex(),
            table.id(),
            name,
            kind,
            keys(command, table),
            distance,
            TableAlteration.columns(table, distinct(command.include())),
            predicate,
            IndexOptions.checked(kind, options(command, kind)),
            null);
    if (columns.getFirst().type() instanceof SqlType.Vector type && distance != null) {
      checkServed(index, distance, type);
    }
    context.transaction().change(new CatalogChange.PutIndex(index));
  }

  /** Some kinds serve some distances alone. */
  private static void checkServed(
      IndexDefinition index, IndexDefinition.Distance distance, SqlType.Vector type) {
    try {
      IndexSpecs.check(index, type);
    } catch (IllegalArgumentException e) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "an index of kind %s with %s on %s: %s"
              .formatted(
                  index.kind().sqlName(),
                  distance.name().toLowerCase(Locale.ROOT),
                  type.sqlName(),
                  e.getMessage()),
          e);
    }
  }

  /** A unique index is a unique key of its table. */
  private static void createUnique(
      Statement.CreateIndex command, TableDefinition table, DefinitionContext context) {
    if (command.predicateSql() != null || !command.include().isEmpty()) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "a UNIQUE index with WHERE or INCLUDE is not supported yet");
    }
    IndexDefinition.Kind kind = kind(command, false);
    if (command.vector() || kind.isVector() || kind == IndexDefinition.Kind.BITMAP) {
      throw wrong("a UNIQUE index is a btree on scalar columns");
    }
    IndexOptions.checked(IndexDefinition.Kind.BTREE, command.options());
    List<String> columns = command.keys().stream().map(Statement.IndexKey::column).toList();
    context
        .transaction()
        .alterTable(
            table.plus(
                new ConstraintDefinitions(context).unique(table, command.name(), columns, true)));
  }

  /** The options without what told the kind. */
  private static Map<String, String> options(
      Statement.CreateIndex command, IndexDefinition.Kind kind) {
    Map<String, String> others = new HashMap<>(command.options());
    if (!kind.isVector()) {
      others.remove(KIND);
    }
    return others;
  }

  private static List<String> distinct(List<String> include) {
    Set<String> names = new LinkedHashSet<>(include);
    if (names.size() != include.size()) {
      throw new QuiverException(
          ErrorCode.DUPLICATE_COLUMN, "INCLUDE names a column twice: " + include);
    }
    return include;
  }

  private static List<IndexDefinition.Key> keys(
      Statement.CreateIndex command, TableDefinition table) {
    return command.keys().stream()
        .map(key ->
            new IndexDefinition.Key(
                Names.column(table, key.column()).id(), key.descending(), key.nullsFirst()))
        .toList();
  }

  private static IndexDefinition.Kind kind(Statement.CreateIndex command, boolean vector) {
    String option = vector ? null : command.options().get(KIND);
    String method = command.method() == null ? option : command.method();
    if (method == null) {
      return vector ? IndexDefinition.Kind.AUTO : IndexDefinition.Kind.SCALAR;
    }
    if (option != null && !option.equalsIgnoreCase(method)) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "USING " + method + " and kind = " + option + " say different things");
    }
    return switch (method.toLowerCase(Locale.ROOT)) {
      case "scalar" -> IndexDefinition.Kind.SCALAR;
      case "btree", "sorted" -> IndexDefinition.Kind.BTREE;
      case "bitmap" -> IndexDefinition.Kind.BITMAP;
      case "flat" -> IndexDefinition.Kind.FLAT;
      case "hnsw" -> IndexDefinition.Kind.HNSW;
      case "ivf_flat", "ivfflat" -> IndexDefinition.Kind.IVF_FLAT;
      case "ivf_sq8" -> IndexDefinition.Kind.IVF_SQ8;
      case "ivf_pq" -> IndexDefinition.Kind.IVF_PQ;
      case "ivf_rabitq" -> IndexDefinition.Kind.IVF_RABITQ;
      case "diskann" -> IndexDefinition.Kind.DISKANN;
      case "auto" -> IndexDefinition.Kind.AUTO;
      case "hash", "gin", "gist", "brin", "spgist" ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "an index of kind "
                  + method
                  + " is not supported; a scalar index is a btree or a bitmap");
      default ->
          throw new QuiverException(
              ErrorCode.UNDEFINED_OBJECT,
              "there is no index kind \""
                  + method
                  + "\"; there are scalar, btree, bitmap, flat, hnsw, ivf_flat, ivf_sq8, ivf_pq,"
                  + " ivf_rabitq, diskann and auto");
    };
  }

  private static void checkColumns(
      Statement.CreateIndex command, List<ColumnDefinition> columns, IndexDefinition.Kind kind) {
    if (kind.isVector()
        && (columns.size() != 1 || !(columns.getFirst().type() instanceof SqlType.Vector))) {
      throw wrong(
          "an index of kind "
              + kind.sqlName()
              + " is on one column of vectors, found "
              + columns.stream()
                  .map(column -> column.name() + " " + column.type().sqlName())
                  .collect(Collectors.joining(", ")));
    }
    if (!kind.isVector()) {
      if (command.vector()) {
        throw wrong("a VECTOR INDEX is on a vector, found column " + columns.getFirst().name());
      }
      checkScalar(command, columns);
    }
  }

  private static void checkScalar(Statement.CreateIndex command, List<ColumnDefinition> columns) {
    Set<String> names = new LinkedHashSet<>();
    for (ColumnDefinition column : columns) {
      switch (column.type()) {
        case SqlType.Vector vector ->
            throw wrong("a scalar index holds no vectors, found column \"" + column.name() + "\"");
        case SqlType.Array array ->
            throw wrong("a scalar index holds no arrays, found column \"" + column.name() + "\"");
        default -> {}
      }
      if (column.type().equals(SqlType.JSON)) {
        throw wrong("a scalar index holds no JSON, found column \"" + column.name() + "\"");
      }
      if (!names.add(column.name())) {
        throw new QuiverException(
            ErrorCode.DUPLICATE_COLUMN, "the index names \"" + column.name() + "\" twice");
      }
    }
    if (kind(command, false) == IndexDefinition.Kind.BITMAP && columns.size() > 1) {
      throw wrong("a bitmap index is on one column, found " + names);
    }
    for (Statement.IndexKey key : command.keys()) {
      if (key.operatorClass() != null) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_OBJECT,
            "a scalar column takes no operator class, found \"" + key.operatorClass() + "\"");
      }
    }
  }

  private static QuiverException wrong(String message) {
    return new QuiverException(ErrorCode.DATATYPE_MISMATCH, message);
  }

  /** What the index is for: said by DISTANCE or by pgvector's operator class; else L2. */
  private static IndexDefinition.Distance distance(
      Statement.CreateIndex command, SqlType.Vector type) {
    String operatorClass = command.keys().getFirst().operatorClass();
    String said = command.distance();
    boolean binary = type.element() == SqlType.Element.BINARY;
    IndexDefinition.Distance distance =
        binary ? IndexDefinition.Distance.HAMMING : IndexDefinition.Distance.L2;
    if (operatorClass != null) {
      distance = ofOperatorClass(operatorClass);
    }
    if (said != null) {
      IndexDefinition.Distance named = named(said);
      if (operatorClass != null && named != distance) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "operator class " + operatorClass + " and distance " + said + " say different things");
      }
      distance = named;
    }
    boolean ofBits =
        distance == IndexDefinition.Distance.HAMMING
            || distance == IndexDefinition.Distance.JACCARD;
    if (ofBits != binary) {
      throw wrong(
          "the distance "
              + distance.name().toLowerCase(Locale.ROOT)
              + " is not for vectors of "
              + type.element());
    }
    return distance;
  }

  private static IndexDefinition.Distance ofOperatorClass(String name) {
    return switch (name) {
      case "vector_l2_ops", "halfvec_l2_ops" -> IndexDefinition.Distance.L2;
      case "vector_ip_ops", "halfvec_ip_ops" -> IndexDefinition.Distance.INNER_PRODUCT;
      case "vector_cosine_ops", "halfvec_cosine_ops" -> IndexDefinition.Distance.COSINE;
      case "vector_l1_ops", "halfvec_l1_ops" -> IndexDefinition.Distance.L1;
      case "bit_hamming_ops" -> IndexDefinition.Distance.HAMMING;
      case "bit_jaccard_ops" -> IndexDefinition.Distance.JACCARD;
      case "sparsevec_l2_ops", "sparsevec_ip_ops", "sparsevec_cosine_ops", "sparsevec_l1_ops" ->
          throw new QuiverException(
              ErrorCode.FEATURE_NOT_SUPPORTED,
              "operator class \"" + name + "\": sparse vectors are not supported yet");
      default ->
          throw new QuiverException(
              ErrorCode.UNDEFINED_OBJECT,
              "there is no operator class \""
                  + name
                  + "\"; there are vector_l2_ops, vector_ip_ops, vector_cosine_ops, vector_l1_ops,"
                  + " the same of halfvec, bit_hamming_ops and bit_jaccard_ops");
    };
  }

  private static IndexDefinition.Distance named(String name) {
    return switch (name) {
      case "l2", "euclidean", "l2_distance" -> IndexDefinition.Distance.L2;
      case "ip", "dot", "inner_product" -> IndexDefinition.Distance.INNER_PRODUCT;
      case "cosine", "cosine_distance" -> IndexDefinition.Distance.COSINE;
      case "l1", "manhattan", "taxicab" -> IndexDefinition.Distance.L1;
      case "hamming" -> IndexDefinition.Distance.HAMMING;
      case "jaccard" -> IndexDefinition.Distance.JACCARD;
      default ->
          throw new QuiverException(
              ErrorCode.INVALID_PARAMETER_VALUE,
              "a distance is l2, inner_product, cosine, l1, hamming or jaccard, found '"
                  + name
                  + "'");
    };
  }

  /** As PostgreSQL makes it: table, columns, idx, and a number where that is taken. */
  private static String freeName(
      TableDefinition table, List<ColumnDefinition> columns, DefinitionContext context) {
    List<String> parts = new ArrayList<>(List.of(table.name()));
    columns.forEach(column -> parts.add(column.name()));
    String name = String.join("_", parts) + "_idx";
    String free = name;
    for (int i = 1; context.catalog().isTaken(table.schemaName(), free); i++) {
      free = name + i;
    }
    return free;
  }

  static void drop(Statement.DropIndex command, DefinitionContext context) {
    Set<IndexDefinition> dropped = new LinkedHashSet<>();
    for (Statement.TableName name : command.names()) {
      @Nullable IndexDefinition index = context.names().index(name);
      TableDefinition keyed = index == null ? context.names().tableOfKey(name) : null;
      if (index != null) {
        dropped.add(index);
      } else if (keyed != null) {
        dropUnique(keyed.id(), name, command.cascade(), context);
      } else if (context.names().table(name) != null) {
        throw new QuiverException(
            ErrorCode.WRONG_OBJECT_TYPE, "\"" + name + "\" is a table, expected an index");
      } else if (!command.ifExists()) {
        throw Names.undefined("index", name);
      }
    }
    dropped.forEach(index -> context.transaction().change(new CatalogChange.DropIndex(index.id())));
  }

  private static void dropUnique(
      TableId id, Statement.TableName name, boolean cascade, DefinitionContext context) {
    TableDefinition table = Objects.requireNonNull(context.changedCatalog().table(id));
    Constraint key = ConstraintDefinitions.existing(table, name.name());
    if (!(key instanceof Constraint.Unique unique) || !unique.index()) {
      throw new QuiverException(
          ErrorCode.DEPENDENT_OBJECTS_EXIST,
          "\""
              + name
              + "\" is a constraint of table \""
              + table.name()
              + "\", which ALTER TABLE ... DROP CONSTRAINT drops");
    }
    TableDefinition without = References.checkKeys(table.minus(key), cascade, context);
    context.transaction().alterTable(without);
  }
}
