package io.quiver.flight;

import io.quiver.engine.Session;
import io.quiver.engine.TableInfo;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import java.util.stream.Collectors;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;

/**
 * Loads what a client streams into a table, which it may make, add to or replace: the table and its
 * rows in one transaction.
 */
final class Ingestion {
  private static final String DEFAULT_SCHEMA = "public";

  private final Session session;
  private final CommandStatementIngest command;
  private final FlightStream stream;
  private final String schemaName;

  private Ingestion(Session session, CommandStatementIngest command, FlightStream stream) {
    this.session = session;
    this.command = command;
    this.stream = stream;
    this.schemaName = command.hasSchema() ? command.getSchema() : DEFAULT_SCHEMA;
  }

  /**
   * Runs the command.
   *
   * @return rows added
   * @throws QuiverException 42P01 and 42P07 where the table is not as the command expects it, 0A000
   *     for a temporary table, and what COPY FROM gives for rows that do not fit
   */
  static long run(Session session, CommandStatementIngest command, FlightStream stream) {
    if (command.getTemporary()) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED, "temporary tables are not supported yet");
    }
    if (command.hasCatalog()
        && !command.getCatalog().isEmpty()
        && !command.getCatalog().equals(session.catalog())) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          "rows go into the catalog \"" + session.catalog() + "\", found " + command.getCatalog());
    }
    Ingestion ingestion = new Ingestion(session, command, stream);
    boolean own = session.autoCommit() && !session.inTransaction();
    if (!own) {
      return ingestion.load();
    }
    boolean done = false;
    session.setAutoCommit(false);
    try {
      long rows = ingestion.load();
      session.commit();
      done = true;
      return rows;
    } finally {
      if (!done) {
        session.rollback();
      }
      session.setAutoCommit(true);
    }
  }

  private long load() {
    ReceivedBatches received = new ReceivedBatches(stream);
    Schema columns = received.columns();
    prepareTable(columns);
    return session.load(schemaName, command.getTable(), columns, received::next);
  }

  private void prepareTable(Schema columns) {
    TableDefinitionOptions options = command.getTableDefinitionOptions();
    if (exists()) {
      switch (options.getIfExists()) {
        case TABLE_EXISTS_OPTION_APPEND -> {}
        case TABLE_EXISTS_OPTION_REPLACE -> {
          session.execute("DROP TABLE " + name()).close();
          session.execute(definition(columns)).close();
        }
        default ->
            throw new QuiverException(
                ErrorCode.DUPLICATE_TABLE, "table " + name() + " already exists");
      }
      return;
    }
    if (options.getIfNotExist()
        != TableDefinitionOptions.TableNotExistOption.TABLE_NOT_EXIST_OPTION_CREATE) {
      throw new QuiverException(ErrorCode.UNDEFINED_TABLE, "there is no table " + name());
    }
    session.execute(definition(columns)).close();
  }

  private boolean exists() {
    for (TableInfo table : session.tables()) {
      if (table.schemaName().equals(schemaName) && table.name().equals(command.getTable())) {
        return true;
      }
    }
    return false;
  }

  private String definition(Schema columns) {
    return columns.fields().stream()
        .map(field ->
            quoted(field.name())
                + " "
                + field.type().sqlName()
                + (field.nullable() ? "" : " NOT NULL"))
        .collect(Collectors.joining(", ", "CREATE TABLE " + name() + " (", ")"));
  }

  private String name() {
    return quoted(schemaName) + "." + quoted(command.getTable());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
