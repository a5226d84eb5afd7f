package io.quiver.flight;

import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_ARROW_VERSION;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_BULK_INGESTION;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_CANCEL;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_NAME;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_READ_ONLY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_SQL;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_SUBSTRAIT;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.FLIGHT_SQL_SERVER_VERSION;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_ALL_TABLES_ARE_SELECTABLE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_ANSI92_SUPPORTED_LEVEL;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_BATCH_UPDATES_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_CATALOGS_SUPPORTED_ACTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_CATALOG_AT_START;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_CATALOG_TERM;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_CORRELATED_SUBQUERIES_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DATETIME_FUNCTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DB_SCHEMA_NAME_LENGTH;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DDL_CATALOG;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DDL_SCHEMA;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DDL_TABLE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_DEFAULT_TRANSACTION_ISOLATION;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_EXTRA_NAME_CHARACTERS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_IDENTIFIER_CASE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_IDENTIFIER_QUOTE_CHAR;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_KEYWORDS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_LOCATORS_UPDATE_COPY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_COLUMN_NAME_LENGTH;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_CONNECTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_ROW_SIZE_INCLUDES_BLOBS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_STATEMENTS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_STATEMENT_LENGTH;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_MAX_TABLE_NAME_LENGTH;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_NAMED_PARAMETERS_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_NULL_ORDERING;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_NULL_PLUS_NULL_IS_NULL;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_NUMERIC_FUNCTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_OUTER_JOINS_SUPPORT_LEVEL;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_PROCEDURE_TERM;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_QUOTED_IDENTIFIER_CASE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SAVEPOINTS_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SCHEMAS_SUPPORTED_ACTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SCHEMA_TERM;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SEARCH_STRING_ESCAPE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SELECT_FOR_UPDATE_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_STORED_PROCEDURES_SUPPORTED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_STRING_FUNCTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_GRAMMAR;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_GROUP_BY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_POSITIONED_COMMANDS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_RESULT_SET_TYPES;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_SUBQUERIES;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTED_UNIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_COLUMN_ALIASING;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_NON_NULLABLE_COLUMNS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_ORDER_BY_UNRELATED;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SUPPORTS_TABLE_CORRELATION_NAMES;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_SYSTEM_FUNCTIONS;
import static org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo.SQL_TRANSACTIONS_SUPPORTED;

import com.google.protobuf.ProtocolMessageEnum;
import io.quiver.engine.Database;
import io.quiver.engine.SqlVocabulary;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlNullOrdering;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlOuterJoinsSupportLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedCaseSensitivity;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedElementActions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedGroupBy;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetConcurrency;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedResultSetType;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedSubqueries;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedTransaction;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlSupportedUnions;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlTransactionIsolationLevel;
import org.apache.arrow.flight.sql.impl.FlightSql.SupportedSqlGrammar;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.DenseUnionVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.holders.NullableBigIntHolder;
import org.apache.arrow.vector.holders.NullableBitHolder;
import org.apache.arrow.vector.holders.NullableIntHolder;
import org.apache.arrow.vector.holders.NullableVarCharHolder;
import org.apache.arrow.vector.util.Text;

/**
 * What the server can do, for clients that ask first. Written by hand: Arrow's own builder takes
 * memory in the way that {@link NativeMemory} is there to avoid.
 */
final class ServerInfo {
  private static final byte TEXT = 0;
  private static final byte BOOLEAN = 1;
  private static final byte NUMBER = 2;
  private static final byte BIT_MASK = 3;
  private static final byte TEXTS = 4;

  /** Characters of a name, and of a statement: what the parser takes. */
  private static final long NAME_LENGTH_MAX = 128;

  private static final long STATEMENT_LENGTH_MAX = 16L << 20;

  private final Map<Integer, Object> values = new TreeMap<>();

  /**
   * All that is known.
   *
   * @param idleLimit after which sessions are closed that nobody uses, with their statements and
   *     transactions; zero where they never are
   */
  ServerInfo(Duration idleLimit) {
    put(FLIGHT_SQL_SERVER_NAME, "Quiver");
    put(FLIGHT_SQL_SERVER_VERSION, Database.version());
    put(FLIGHT_SQL_SERVER_ARROW_VERSION, "1.3");
    put(FLIGHT_SQL_SERVER_READ_ONLY, false);
    put(FLIGHT_SQL_SERVER_SQL, true);
    put(FLIGHT_SQL_SERVER_SUBSTRAIT, false);
    put(FLIGHT_SQL_SERVER_CANCEL, true);
    put(FLIGHT_SQL_SERVER_BULK_INGESTION, true);
    put(FLIGHT_SQL_SERVER_INGEST_TRANSACTIONS_SUPPORTED, true);
    int idleMillis = (int) Math.min(idleLimit.toMillis(), Integer.MAX_VALUE);
    put(FLIGHT_SQL_SERVER_STATEMENT_TIMEOUT, idleMillis);
    put(FLIGHT_SQL_SERVER_TRANSACTION_TIMEOUT, idleMillis);
    put(SQL_ALL_TABLES_ARE_SELECTABLE, true);
    put(
        FLIGHT_SQL_SERVER_TRANSACTION,
        SqlSupportedTransaction.SQL_SUPPORTED_TRANSACTION_SAVEPOINT.getNumber());
    put(SQL_DDL_CATALOG, false);
    put(SQL_DDL_SCHEMA, true);
    put(SQL_DDL_TABLE, true);
    put(SQL_IDENTIFIER_CASE, number(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_LOWERCASE));
    put(SQL_IDENTIFIER_QUOTE_CHAR, "\"");
    // They are exact; of the protocol's values this is the one that folds nothing.
    put(
        SQL_QUOTED_IDENTIFIER_CASE,
        number(SqlSupportedCaseSensitivity.SQL_CASE_SENSITIVITY_UNKNOWN));
    put(SQL_NULL_ORDERING, number(SqlNullOrdering.SQL_NULLS_SORTED_AT_END));
    put(SQL_SEARCH_STRING_ESCAPE, "\\");
    put(SQL_TRANSACTIONS_SUPPORTED, true);
    put(SQL_SAVEPOINTS_SUPPORTED, true);
    put(SQL_BATCH_UPDATES_SUPPORTED, true);
    put(SQL_CORRELATED_SUBQUERIES_SUPPORTED, true);
    put(
        SQL_DEFAULT_TRANSACTION_ISOLATION,
        number(SqlTransactionIsolationLevel.SQL_TRANSACTION_READ_COMMITTED));
    put(SQL_DATA_DEFINITION_CAUSES_TRANSACTION_COMMIT, false);
    put(SQL_DATA_DEFINITIONS_IN_TRANSACTIONS_IGNORED, false);
    put(SQL_NAMED_PARAMETERS_SUPPORTED, false);
    put(SQL_LOCATORS_UPDATE_COPY, false);
    put(SQL_STORED_FUNCTIONS_USING_CALL_SYNTAX_SUPPORTED, false);
    put(SQL_MAX_ROW_SIZE_INCLUDES_BLOBS, false);
    words();
    flags();
    masks();
    limits();
  }

  private void words() {
    put(SQL_KEYWORDS, SqlVocabulary.keywords());
    put(SQL_NUMERIC_FUNCTIONS, SqlVocabulary.numericFunctions());
    put(SQL_STRING_FUNCTIONS, SqlVocabulary.stringFunctions());
    put(SQL_SYSTEM_FUNCTIONS, SqlVocabulary.systemFunctions());
    put(SQL_DATETIME_FUNCTIONS, SqlVocabulary.timeDateFunctions());
  }

  private void flags() {
    put(SQL_SUPPORTS_COLUMN_ALIASING, true);
    put(SQL_NULL_PLUS_NULL_IS_NULL, true);
    put(SQL_SUPPORTS_TABLE_CORRELATION_NAMES, true);
    put(SQL_SUPPORTS_DIFFERENT_TABLE_CORRELATION_NAMES, false);
    put(SQL_SUPPORTS_EXPRESSIONS_IN_ORDER_BY, true);
    put(SQL_SUPPORTS_ORDER_BY_UNRELATED, true);
    put(SQL_SUPPORTS_LIKE_ESCAPE_CLAUSE, true);
    put(SQL_SUPPORTS_NON_NULLABLE_COLUMNS, true);
    put(SQL_SUPPORTS_INTEGRITY_ENHANCEMENT_FACILITY, true);
    put(SQL_CATALOG_AT_START, true);
    put(SQL_SELECT_FOR_UPDATE_SUPPORTED, false);
    put(SQL_STORED_PROCEDURES_SUPPORTED, false);
    put(SQL_EXTRA_NAME_CHARACTERS, "$");
    put(SQL_SCHEMA_TERM, "schema");
    put(SQL_CATALOG_TERM, "database");
    put(SQL_PROCEDURE_TERM, "procedure");
  }

  private void limits() {
    // Arrow's JDBC driver fails where a limit is not given; 0 is none, or none that is known.
    for (SqlInfo info : SqlInfo.values()) {
      if (info.name().startsWith("SQL_MAX_") && info != SQL_MAX_ROW_SIZE_INCLUDES_BLOBS) {
        put(info, 0L);
      }
    }
    put(SQL_DB_SCHEMA_NAME_LENGTH, NAME_LENGTH_MAX);
    put(SQL_MAX_TABLE_NAME_LENGTH, NAME_LENGTH_MAX);
    put(SQL_MAX_COLUMN_NAME_LENGTH, NAME_LENGTH_MAX);
    put(SQL_MAX_STATEMENT_LENGTH, STATEMENT_LENGTH_MAX);
    put(SQL_MAX_STATEMENTS, (long) FlightSessions.STATEMENTS_MAX);
    put(SQL_MAX_CONNECTIONS, (long) FlightSessions.SESSIONS_MAX);
  }

  private void masks() {
    put(
        SQL_SUPPORTED_GROUP_BY,
        mask(
            SqlSupportedGroupBy.SQL_GROUP_BY_UNRELATED,
            SqlSupportedGroupBy.SQL_GROUP_BY_BEYOND_SELECT));
    put(SQL_SUPPORTED_GRAMMAR, mask(SupportedSqlGrammar.SQL_MINIMUM_GRAMMAR));
    put(SQL_ANSI92_SUPPORTED_LEVEL, mask());
    put(
        SQL_OUTER_JOINS_SUPPORT_LEVEL,
        mask(
            SqlOuterJoinsSupportLevel.SQL_LIMITED_OUTER_JOINS,
            SqlOuterJoinsSupportLevel.SQL_FULL_OUTER_JOINS));
    put(
        SQL_SCHEMAS_SUPPORTED_ACTIONS,
        mask(SqlSupportedElementActions.SQL_ELEMENT_IN_INDEX_DEFINITIONS));
    put(
        SQL_CATALOGS_SUPPORTED_ACTIONS,
        mask(SqlSupportedElementActions.SQL_ELEMENT_IN_INDEX_DEFINITIONS));
    put(SQL_SUPPORTED_POSITIONED_COMMANDS, mask());
    put(
        SQL_SUPPORTED_SUBQUERIES,
        mask(
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_COMPARISONS,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_EXISTS,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_INS,
            SqlSupportedSubqueries.SQL_SUBQUERIES_IN_QUANTIFIEDS));
    put(SQL_SUPPORTED_UNIONS, mask(SqlSupportedUnions.SQL_UNION, SqlSupportedUnions.SQL_UNION_ALL));
    put(
        SQL_SUPPORTED_TRANSACTIONS_ISOLATION_LEVELS,
        mask(
            SqlTransactionIsolationLevel.SQL_TRANSACTION_READ_COMMITTED,
            SqlTransactionIsolationLevel.SQL_TRANSACTION_REPEATABLE_READ));
    put(
        SQL_SUPPORTED_RESULT_SET_TYPES,
        mask(SqlSupportedResultSetType.SQL_RESULT_SET_TYPE_FORWARD_ONLY));
    put(SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_UNSPECIFIED, mask());
    put(
        SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_FORWARD_ONLY,
        mask(SqlSupportedResultSetConcurrency.SQL_RESULT_SET_CONCURRENCY_READ_ONLY));
    put(SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_SENSITIVE, mask());
    put(SQL_SUPPORTED_CONCURRENCIES_FOR_RESULT_SET_SCROLL_INSENSITIVE, mask());
  }

  private static int mask(ProtocolMessageEnum... bits) {
    int mask = 0;
    for (ProtocolMessageEnum bit : bits) {
      mask |= 1 << bit.getNumber();
    }
    return mask;
  }

  private void put(SqlInfo info, Object value) {
    values.put(info.getNumber(), value);
  }

  private static long number(ProtocolMessageEnum value) {
    return value.getNumber();
  }

  /** Fills in what is asked for and known; all that is known where nothing is named. */
  void fill(List<Integer> wanted, VectorSchemaRoot root) {
    UInt4Vector names = (UInt4Vector) root.getVector("info_name");
    DenseUnionVector union = (DenseUnionVector) root.getVector("value");
    // A list makes no room for its own offset.
    union.allocateNew();
    int row = 0;
    for (int name : wanted.isEmpty() ? values.keySet() : wanted) {
      Object value = values.get(name);
      if (value != null) {
        names.setSafe(row, name);
        set(union, row, value);
        row++;
      }
    }
    root.setRowCount(row);
  }

  private static void set(DenseUnionVector union, int row, Object value) {
    switch (value) {
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (ArrowBuf buffer = union.getAllocator().buffer(bytes.length)) {
          buffer.setBytes(0, bytes);
          NullableVarCharHolder holder = new NullableVarCharHolder();
          holder.isSet = 1;
          holder.buffer = buffer;
          holder.start = 0;
          holder.end = bytes.length;
          union.setTypeId(row, TEXT);
          union.setSafe(row, holder);
        }
      }
      case Boolean flag -> {
        NullableBitHolder holder = new NullableBitHolder();
        holder.isSet = 1;
        holder.value = flag ? 1 : 0;
        union.setTypeId(row, BOOLEAN);
        union.setSafe(row, holder);
      }
      case Long number -> {
        NullableBigIntHolder holder = new NullableBigIntHolder();
        holder.isSet = 1;
        holder.value = number;
        union.setTypeId(row, NUMBER);
        union.setSafe(row, holder);
      }
      case Integer mask -> {
        NullableIntHolder holder = new NullableIntHolder();
        holder.isSet = 1;
        holder.value = mask;
        union.setTypeId(row, BIT_MASK);
        union.setSafe(row, holder);
      }
      case List<?> texts -> {
        ListVector list = (ListVector) union.getVectorByType(TEXTS);
        int at = list.getValueCount();
        UnionListWriter writer = list.getWriter();
        writer.setPosition(at);
        writer.startList();
        texts.forEach(text -> writer.writeVarChar(new Text(String.valueOf(text))));
        writer.endList();
        list.setValueCount(at + 1);
        union.setTypeId(row, TEXTS);
        union.getOffsetBuffer().setInt((long) row * DenseUnionVector.OFFSET_WIDTH, at);
      }
      default -> throw new IllegalStateException("no place for " + value);
    }
  }
}
