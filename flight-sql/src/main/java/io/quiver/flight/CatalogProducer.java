package io.quiver.flight;

import io.quiver.engine.Session;
import java.util.function.Consumer;
import org.apache.arrow.flight.sql.BasicFlightSqlProducer;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetCrossReference;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetDbSchemas;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetExportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetImportedKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetPrimaryKeys;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetSqlInfo;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetTables;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandGetXdbcTypeInfo;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Schema;

/** Answers what a client asks about the server, its tables and its types. */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
abstract class CatalogProducer extends BasicFlightSqlProducer {
  private final FlightCatalog catalog = new FlightCatalog();
  private final ServerInfo info;
  private final TypeInfo types = new TypeInfo();
  private final BufferAllocator allocator;

  CatalogProducer(ServerInfo info, BufferAllocator allocator) {
    this.info = info;
    this.allocator = allocator;
  }

  /** Gives the caller's session to something that is answered at once. */
  abstract void withSession(CallContext context, Consumer<Session> work);

  @Override
  public void getStreamSqlInfo(
      CommandGetSqlInfo command, CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_SQL_INFO_SCHEMA, listener, root -> info.fill(command.getInfoList(), root));
  }

  @Override
  public void getStreamCatalogs(CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_CATALOGS_SCHEMA,
        listener,
        root -> withSession(context, session -> catalog.catalogs(session, root)));
  }

  @Override
  public void getStreamSchemas(
      CommandGetDbSchemas command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_SCHEMAS_SCHEMA,
        listener,
        root -> withSession(context, session -> catalog.schemas(command, session, root)));
  }

  @Override
  public void getStreamTables(
      CommandGetTables command, CallContext context, ServerStreamListener listener) {
    metadata(
        command.getIncludeSchema()
            ? Schemas.GET_TABLES_SCHEMA
            : Schemas.GET_TABLES_SCHEMA_NO_SCHEMA,
        listener,
        root -> withSession(context, session -> catalog.tables(command, session, root)));
  }

  @Override
  public void getStreamTableTypes(CallContext context, ServerStreamListener listener) {
    metadata(Schemas.GET_TABLE_TYPES_SCHEMA, listener, catalog::tableTypes);
  }

  @Override
  public void getStreamPrimaryKeys(
      CommandGetPrimaryKeys command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_PRIMARY_KEYS_SCHEMA,
        listener,
        root -> withSession(context, session -> catalog.primaryKeys(command, session, root)));
  }

  @Override
  public void getStreamExportedKeys(
      CommandGetExportedKeys command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_EXPORTED_KEYS_SCHEMA,
        listener,
        root -> withSession(context, session -> ForeignKeyRoot.exported(command, session, root)));
  }

  @Override
  public void getStreamImportedKeys(
      CommandGetImportedKeys command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_IMPORTED_KEYS_SCHEMA,
        listener,
        root -> withSession(context, session -> ForeignKeyRoot.imported(command, session, root)));
  }

  @Override
  public void getStreamCrossReference(
      CommandGetCrossReference command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_CROSS_REFERENCE_SCHEMA,
        listener,
        root -> withSession(context, session -> ForeignKeyRoot.between(command, session, root)));
  }

  @Override
  public void getStreamTypeInfo(
      CommandGetXdbcTypeInfo command, CallContext context, ServerStreamListener listener) {
    metadata(
        Schemas.GET_TYPE_INFO_SCHEMA,
        listener,
        root -> types.fill(command.hasDataType() ? command.getDataType() : null, root));
  }

  private void metadata(
      Schema schema, ServerStreamListener listener, Consumer<VectorSchemaRoot> fill) {
    try {
      try (VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
        fill.accept(root);
        listener.start(root);
        listener.putNext();
      }
      // Only now: a server that closes waits for its calls, and then wants all memory back.
      listener.completed();
    } catch (Throwable e) {
      listener.error(FlightErrors.translate(e));
    }
  }
}
