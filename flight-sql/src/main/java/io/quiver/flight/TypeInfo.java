package io.quiver.flight;

import io.quiver.types.SqlType;
import java.nio.charset.StandardCharsets;
import java.sql.DatabaseMetaData;
import java.sql.Types;
import java.util.List;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.jspecify.annotations.Nullable;

/** The rows of GetXdbcTypeInfo: each SQL type as ODBC and JDBC describe it. */
final class TypeInfo {
  /** ODBC's numbers where JDBC has others. */
  private static final int XDBC_DATETIME = 9;

  private static final int SUB_DATE = 1;
  private static final int SUB_TIME = 2;
  private static final int SUB_TIMESTAMP = 3;
  private static final int SUB_TIMESTAMP_TZ = 5;
  private static final int NO_SUBCODE = 0;

  private static final List<Row> ROWS =
      List.of(
          Row.plain("BOOLEAN", Types.BIT, 1),
          Row.number("TINYINT", Types.TINYINT, 3),
          Row.number("SMALLINT", Types.SMALLINT, 5),
          Row.number("INTEGER", Types.INTEGER, 10),
          Row.number("BIGINT", Types.BIGINT, 19),
          Row.number("REAL", Types.REAL, 7),
          Row.number("DOUBLE", Types.DOUBLE, 15),
          new Row(
              "DECIMAL",
              Types.DECIMAL,
              SqlType.Decimal.MAX_PRECISION,
              null,
              null,
              "precision,scale",
              true,
              NO_SUBCODE),
          Row.quoted("VARCHAR", Types.VARCHAR, SqlType.Varchar.UNBOUNDED, "length"),
          Row.quoted("VARBINARY", Types.VARBINARY, SqlType.Varbinary.UNBOUNDED, "length"),
          Row.time("DATE", 10, SUB_DATE),
          Row.time("TIME", 15, SUB_TIME),
          Row.time("TIMESTAMP", 26, SUB_TIMESTAMP),
          Row.time("TIMESTAMP WITH TIME ZONE", 32, SUB_TIMESTAMP_TZ),
          Row.quoted("UUID", Types.OTHER, 36, null),
          Row.quoted("JSON", Types.OTHER, SqlType.Varchar.UNBOUNDED, null),
          Row.plain("ARRAY", Types.ARRAY, SqlType.Varchar.UNBOUNDED),
          Row.quoted("VECTOR", Types.OTHER, SqlType.Vector.MAX_DIMENSION, "dimension,element"));

  /**
   * A type.
   *
   * @param prefix before a literal
   * @param suffix behind it
   * @param parameters what its name takes in brackets
   * @param subcode tells the times apart, or {@link #NO_SUBCODE}
   */
  private record Row(
      String name,
      int dataType,
      int size,
      @Nullable String prefix,
      @Nullable String suffix,
      @Nullable String parameters,
      boolean number,
      int subcode) {

    static Row plain(String name, int dataType, int size) {
      return new Row(name, dataType, size, null, null, null, false, NO_SUBCODE);
    }

    static Row number(String name, int dataType, int digits) {
      return new Row(name, dataType, digits, null, null, null, true, NO_SUBCODE);
    }

    static Row quoted(String name, int dataType, int size, @Nullable String parameters) {
      String prefix = dataType == Types.VARBINARY ? "x'" : "'";
      return new Row(name, dataType, size, prefix, "'", parameters, false, NO_SUBCODE);
    }

    static Row time(String name, int size, int subcode) {
      return new Row(name, XDBC_DATETIME, size, name + " '", "'", null, false, subcode);
    }

    /** The number that ODBC has for this very type. */
    int conciseType() {
      return subcode == NO_SUBCODE ? dataType : 90 + subcode;
    }
  }

  /** Fills in the types of that number, or all. */
  void fill(@Nullable Integer dataType, VectorSchemaRoot root) {
    int at = 0;
    for (Row row : ROWS) {
      if (dataType == null || dataType == row.dataType || dataType == row.conciseType()) {
        fill(row, root, at++);
      }
    }
    root.setRowCount(at);
  }

  private static void fill(Row row, VectorSchemaRoot root, int at) {
    boolean text = row.dataType == Types.VARCHAR;
    boolean whole = row.number && row.dataType != Types.REAL && row.dataType != Types.DOUBLE;
    text(root, "type_name", at, row.name);
    number(root, "data_type", at, row.conciseType());
    number(root, "column_size", at, row.size);
    text(root, "literal_prefix", at, row.prefix);
    text(root, "literal_suffix", at, row.suffix);
    parameters((ListVector) root.getVector("create_params"), at, row.parameters);
    number(root, "nullable", at, DatabaseMetaData.typeNullable);
    flag(root, "case_sensitive", at, text);
    number(
        root,
        "searchable",
        at,
        text ? DatabaseMetaData.typeSearchable : DatabaseMetaData.typePredBasic);
    if (row.number) {
      flag(root, "unsigned_attribute", at, false);
      flag(root, "auto_increment", at, false);
      number(root, "num_prec_radix", at, 10);
    }
    flag(root, "fixed_prec_scale", at, false);
    text(root, "local_type_name", at, row.name);
    if (whole) {
      number(root, "minimum_scale", at, 0);
      number(root, "maximum_scale", at, row.dataType == Types.DECIMAL ? row.size : 0);
    }
    number(root, "sql_data_type", at, row.dataType);
    if (row.subcode != NO_SUBCODE) {
      number(root, "datetime_subcode", at, row.subcode);
    }
  }

  private static void text(VectorSchemaRoot root, String column, int row, @Nullable String value) {
    if (value != null) {
      VarCharVector vector = (VarCharVector) root.getVector(column);
      vector.setSafe(row, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void number(VectorSchemaRoot root, String column, int row, int value) {
    ((IntVector) root.getVector(column)).setSafe(row, value);
  }

  private static void flag(VectorSchemaRoot root, String column, int row, boolean value) {
    ((BitVector) root.getVector(column)).setSafe(row, value ? 1 : 0);
  }

  private static void parameters(ListVector list, int row, @Nullable String names) {
    if (names == null) {
      list.setNull(row);
      return;
    }
    VarCharVector values = (VarCharVector) list.getDataVector();
    int start = list.startNewValue(row);
    String[] parts = names.split(",", -1);
    for (int i = 0; i < parts.length; i++) {
      values.setSafe(start + i, parts[i].getBytes(StandardCharsets.UTF_8));
    }
    list.endValue(row, parts.length);
  }
}
