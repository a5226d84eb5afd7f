package io.quiver.avatica;

import io.quiver.engine.Database;
import io.quiver.engine.SqlVocabulary;
import io.quiver.engine.TableInfo;
import io.quiver.types.Field;
import io.quiver.types.SqlType;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.calcite.avatica.ColumnMetaData;
import org.apache.calcite.avatica.Meta;
import org.jspecify.annotations.Nullable;

/** The complete answer to a metadata call, with the columns that JDBC names. */
final class MetadataRows {
  private static final String TABLE = "TABLE";
  private static final String VIEW = "VIEW";
  private static final String SYSTEM_TABLE = "SYSTEM TABLE";

  private final Meta.Signature signature;
  private final List<Object> rows = new ArrayList<>();

  private MetadataRows(Field... fields) {
    List<ColumnMetaData> columns = new ArrayList<>();
    for (Field field : fields) {
      columns.add(ColumnTypes.column(columns.size(), field));
    }
    this.signature =
        Meta.Signature.create(
            columns, "", List.of(), Meta.CursorFactory.LIST, Meta.StatementType.SELECT);
  }

  Meta.Signature signature() {
    return signature;
  }

  Meta.Frame frame() {
    return new Meta.Frame(0, true, rows);
  }

  private void add(@Nullable Object... values) {
    rows.add(Arrays.asList(values));
  }

  private static Field text(String name) {
    return new Field(name, SqlType.TEXT, true);
  }

  private static Field integer(String name) {
    return new Field(name, SqlType.INTEGER, true);
  }

  /** By type, schema and name, as JDBC orders them; an empty list of types means all. */
  static MetadataRows tables(
      List<TableInfo> tables,
      @Nullable String catalog,
      Meta.Pat schema,
      Meta.Pat table,
      List<String> types) {
    MetadataRows rows =
        new MetadataRows(
            text("TABLE_CAT"),
            text("TABLE_SCHEM"),
            text("TABLE_NAME"),
            text("TABLE_TYPE"),
            text("REMARKS"),
            text("TYPE_CAT"),
            text("TYPE_SCHEM"),
            text("TYPE_NAME"),
            text("SELF_REFERENCING_COL_NAME"),
            text("REF_GENERATION"));
    for (String type : List.of(SYSTEM_TABLE, TABLE, VIEW)) {
      for (TableInfo info : matching(tables, catalog, schema, table)) {
        if (type(info).equals(type) && (types.isEmpty() || types.contains(type))) {
          rows.add(
              catalog,
              info.schemaName(),
              info.name(),
              type,
              info.remarks(),
              null,
              null,
              null,
              null,
              null);
        }
      }
    }
    return rows;
  }

  private static String type(TableInfo info) {
    return switch (info.kind()) {
      case TABLE -> TABLE;
      case VIEW -> VIEW;
      case SYSTEM_TABLE -> SYSTEM_TABLE;
    };
  }

  /** JDBC's 24 columns, and KEY_SEQ: the place in the primary key, from 1, or null. */
  static MetadataRows columns(
      List<TableInfo> tables,
      @Nullable String catalog,
      Meta.Pat schema,
      Meta.Pat table,
      Meta.Pat column) {
    MetadataRows rows = new MetadataRows(columnFields());
    Pattern wanted = pattern(column);
    for (TableInfo info : matching(tables, catalog, schema, table)) {
      for (int i = 0; i < info.columns().size(); i++) {
        if (wanted.matcher(info.columns().field(i).name()).matches()) {
          rows.addColumn(catalog, info, i);
        }
      }
    }
    return rows;
  }

  private static Field[] columnFields() {
    return new Field[] {
      text("TABLE_CAT"),
      text("TABLE_SCHEM"),
      text("TABLE_NAME"),
      text("COLUMN_NAME"),
      integer("DATA_TYPE"),
      text("TYPE_NAME"),
      integer("COLUMN_SIZE"),
      integer("BUFFER_LENGTH"),
      integer("DECIMAL_DIGITS"),
      integer("NUM_PREC_RADIX"),
      integer("NULLABLE"),
      text("REMARKS"),
      text("COLUMN_DEF"),
      integer("SQL_DATA_TYPE"),
      integer("SQL_DATETIME_SUB"),
      integer("CHAR_OCTET_LENGTH"),
      integer("ORDINAL_POSITION"),
      text("IS_NULLABLE"),
      text("SCOPE_CATALOG"),
      text("SCOPE_SCHEMA"),
      text("SCOPE_TABLE"),
      integer("SOURCE_DATA_TYPE"),
      text("IS_AUTOINCREMENT"),
      text("IS_GENERATEDCOLUMN"),
      integer("KEY_SEQ")
    };
  }

  private void addColumn(@Nullable String catalog, TableInfo table, int position) {
    Field field = table.columns().field(position);
    SqlType type = field.type();
    boolean isText = type instanceof SqlType.Varchar;
    TableInfo.ColumnInfo details = table.details().get(position);
    int key = table.primaryKey().indexOf(field.name());
    add(
        catalog,
        table.schemaName(),
        table.name(),
        field.name(),
        ColumnTypes.jdbcType(type),
        type.sqlName(),
        ColumnTypes.precision(type),
        null,
        ColumnTypes.scale(type),
        ColumnTypes.isNumber(type) ? 10 : null,
        field.nullable() ? DatabaseMetaData.columnNullable : DatabaseMetaData.columnNoNulls,
        details.remarks(),
        details.defaultSql(),
        null,
        null,
        isText ? ColumnTypes.precision(type) : null,
        position + 1,
        field.nullable() ? "YES" : "NO",
        null,
        null,
        null,
        null,
        details.generated() ? "YES" : "NO",
        "NO",
        key < 0 ? null : key + 1);
  }

  static MetadataRows schemas(List<TableInfo> tables, @Nullable String catalog, Meta.Pat schema) {
    MetadataRows rows = new MetadataRows(text("TABLE_SCHEM"), text("TABLE_CATALOG"));
    Pattern wanted = pattern(schema);
    if (catalog != null) {
      Stream.concat(Stream.of("public"), tables.stream().map(TableInfo::schemaName))
          .distinct()
          .sorted()
          .filter(name -> wanted.matcher(name).matches())
          .forEach(name -> rows.add(name, catalog));
    }
    return rows;
  }

  static MetadataRows catalogs(String name) {
    MetadataRows rows = new MetadataRows(text("TABLE_CAT"));
    rows.add(name);
    return rows;
  }

  static MetadataRows tableTypes() {
    MetadataRows rows = new MetadataRows(text("TABLE_TYPE"));
    rows.add(SYSTEM_TABLE);
    rows.add(TABLE);
    rows.add(VIEW);
    return rows;
  }

  static MetadataRows typeInfo() {
    MetadataRows rows =
        new MetadataRows(
            text("TYPE_NAME"),
            integer("DATA_TYPE"),
            integer("PRECISION"),
            text("LITERAL_PREFIX"),
            text("LITERAL_SUFFIX"),
            text("CREATE_PARAMS"),
            integer("NULLABLE"),
            new Field("CASE_SENSITIVE", SqlType.BOOLEAN, true),
            integer("SEARCHABLE"),
            new Field("UNSIGNED_ATTRIBUTE", SqlType.BOOLEAN, true),
            new Field("FIXED_PREC_SCALE", SqlType.BOOLEAN, true),
            new Field("AUTO_INCREMENT", SqlType.BOOLEAN, true),
            text("LOCAL_TYPE_NAME"),
            integer("MINIMUM_SCALE"),
            integer("MAXIMUM_SCALE"),
            integer("SQL_DATA_TYPE"),
            integer("SQL_DATETIME_SUB"),
            integer("NUM_PREC_RADIX"));
    List<SqlType> types = new ArrayList<>(List.of(SqlType.Simple.values()));
    types.add(new SqlType.Decimal(SqlType.Decimal.MAX_PRECISION, 0));
    types.add(SqlType.TEXT);
    types.add(SqlType.VARBINARY);
    types.add(new SqlType.Array(SqlType.TEXT));
    types.add(SqlType.vector(SqlType.Vector.ANY_DIMENSION));
    // JDBC orders by the number of the type.
    types.sort(Comparator.comparingInt(ColumnTypes::jdbcType));
    types.forEach(rows::addType);
    return rows;
  }

  private void addType(SqlType type) {
    boolean isText = type instanceof SqlType.Varchar;
    boolean isQuoted = !ColumnTypes.isNumber(type) && !type.equals(SqlType.BOOLEAN);
    boolean isIdentity = type.equals(SqlType.INTEGER) || type.equals(SqlType.BIGINT);
    String name = type.sqlName();
    String parameters = null;
    int precision = ColumnTypes.precision(type);
    int scale = ColumnTypes.scale(type);
    switch (type) {
      case SqlType.Decimal decimal -> {
        name = "DECIMAL";
        parameters = "precision,scale";
        scale = decimal.precision();
      }
      case SqlType.Varchar varchar -> parameters = "length";
      case SqlType.Varbinary varbinary -> parameters = "length";
      case SqlType.Array array -> name = "ARRAY";
      case SqlType.Vector vector -> {
        parameters = "dimension,element";
        precision = SqlType.Vector.MAX_DIMENSION;
      }
      case SqlType.Simple simple -> {}
    }
    add(
        name,
        ColumnTypes.jdbcType(type),
        precision,
        isQuoted ? "'" : null,
        isQuoted ? "'" : null,
        parameters,
        DatabaseMetaData.typeNullable,
        isText,
        ColumnTypes.jdbcType(type) == Types.OTHER
            ? DatabaseMetaData.typePredNone
            : DatabaseMetaData.typeSearchable,
        !ColumnTypes.isNumber(type),
        false,
        isIdentity,
        name,
        0,
        scale,
        null,
        null,
        ColumnTypes.isNumber(type) ? 10 : null);
  }

  static Map<Meta.DatabaseProperty, Object> databaseProperties() {
    Map<Meta.DatabaseProperty, Object> properties = new EnumMap<>(Meta.DatabaseProperty.class);
    properties.put(Meta.DatabaseProperty.GET_DATABASE_PRODUCT_NAME, "Quiver");
    properties.put(Meta.DatabaseProperty.GET_DATABASE_PRODUCT_VERSION, Database.version());
    properties.put(
        Meta.DatabaseProperty.GET_DEFAULT_TRANSACTION_ISOLATION,
        Connection.TRANSACTION_READ_COMMITTED);
    properties.put(
        Meta.DatabaseProperty.GET_STRING_FUNCTIONS, listed(SqlVocabulary.stringFunctions()));
    properties.put(
        Meta.DatabaseProperty.GET_NUMERIC_FUNCTIONS, listed(SqlVocabulary.numericFunctions()));
    properties.put(
        Meta.DatabaseProperty.GET_SYSTEM_FUNCTIONS, listed(SqlVocabulary.systemFunctions()));
    properties.put(
        Meta.DatabaseProperty.GET_TIME_DATE_FUNCTIONS, listed(SqlVocabulary.timeDateFunctions()));
    properties.put(Meta.DatabaseProperty.GET_S_Q_L_KEYWORDS, listed(SqlVocabulary.keywords()));
    return properties;
  }

  /** As JDBC lists words. */
  private static String listed(List<String> words) {
    return String.join(",", words);
  }

  private static List<TableInfo> matching(
      List<TableInfo> tables, @Nullable String catalog, Meta.Pat schema, Meta.Pat table) {
    if (catalog == null) {
      return List.of();
    }
    Pattern schemas = pattern(schema);
    Pattern names = pattern(table);
    return tables.stream()
        .filter(info -> schemas.matcher(info.schemaName()).matches())
        .filter(info -> names.matcher(info.name()).matches())
        .toList();
  }

  /** A LIKE pattern with backslash as escape; none at all matches everything. */
  private static Pattern pattern(Meta.Pat like) {
    if (like.s == null) {
      return Pattern.compile(".*", Pattern.DOTALL);
    }
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < like.s.length(); i++) {
      char c = like.s.charAt(i);
      if (c == '%') {
        regex.append(".*");
      } else if (c == '_') {
        regex.append('.');
      } else {
        boolean escapes = c == '\\' && i + 1 < like.s.length();
        regex.append(Pattern.quote(String.valueOf(escapes ? like.s.charAt(++i) : c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.DOTALL);
  }
}
