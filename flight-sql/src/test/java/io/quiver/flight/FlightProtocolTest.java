package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.CancelFlightInfoRequest;
import org.apache.arrow.flight.CancelStatus;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.GetSessionOptionsRequest;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.SessionOptionValue;
import org.apache.arrow.flight.SessionOptionValueFactory;
import org.apache.arrow.flight.SetSessionOptionsRequest;
import org.apache.arrow.flight.SetSessionOptionsResult;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlUtils;
import org.apache.arrow.flight.sql.impl.FlightSql.ActionEndSavepointRequest;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableNotExistOption;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Flight SQL has beside statements and the catalog: cancelling, options, types. */
@Timeout(60)
@SuppressWarnings("try") // Arrow's close() may be interrupted.
class FlightProtocolTest {
  private final Served served = new Served();
  private final FlightSqlClient client = served.client;

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void aSavepointIsReleasedOrGoneBackTo() throws Exception {
    served.run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    FlightSqlClient.Transaction transaction = client.beginTransaction();
    client.executeUpdate("INSERT INTO t VALUES (1)", transaction);
    FlightSqlClient.Savepoint outer = client.beginSavepoint(transaction, "same name");
    client.executeUpdate("INSERT INTO t VALUES (2)", transaction);
    FlightSqlClient.Savepoint inner = client.beginSavepoint(transaction, "same name");
    client.executeUpdate("INSERT INTO t VALUES (3)", transaction);
    client.release(inner);
    assertThatThrownBy(() -> rollback(inner)).hasMessageContaining("savepoint");
    assertThat(client.execute("SELECT 1", transaction)).isNotNull();
    rollback(outer);
    client.executeUpdate("INSERT INTO t VALUES (4)", transaction);
    client.commit(transaction);
    assertThat(served.query("SELECT id FROM t ORDER BY id"))
        .containsExactly(List.of(1), List.of(4));
    assertThatThrownBy(() -> rollback(outer)).hasMessageContaining("transaction");
  }

  /** By hand: Arrow's client releases where it is told to go back. */
  private void rollback(FlightSqlClient.Savepoint savepoint) throws InterruptedException {
    ActionEndSavepointRequest request =
        ActionEndSavepointRequest.newBuilder()
            .setSavepointId(ByteString.copyFrom(savepoint.getSavepointId()))
            .setAction(ActionEndSavepointRequest.EndSavepoint.END_SAVEPOINT_ROLLBACK)
            .build();
    try (FlightClient plain =
        FlightClient.builder(
                served.allocator, Location.forGrpcInsecure("127.0.0.1", served.endpoint.port()))
            .build()) {
      plain
          .doAction(
              new Action(
                  FlightSqlUtils.FLIGHT_SQL_END_SAVEPOINT.getType(),
                  Any.pack(request).toByteArray()))
          .forEachRemaining(result -> {});
    }
  }

  @Test
  void aCancelledStatementGivesNoMoreRows() throws Exception {
    served.run("CREATE TABLE numbers (n INTEGER)");
    served.run("INSERT INTO numbers VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)");
    FlightInfo info =
        client.execute(
            "SELECT a.n FROM numbers a, numbers b, numbers c, numbers d, numbers e, numbers f,"
                + " numbers g");
    try (FlightStream stream = client.getStream(info.getEndpoints().getFirst().getTicket())) {
      assertThat(stream.next()).isTrue();
      assertThat(client.cancelFlightInfo(new CancelFlightInfoRequest(info)).getStatus())
          .isEqualTo(CancelStatus.CANCELLED);
      FlightRuntimeException ended =
          catchThrowableOfType(FlightRuntimeException.class, () -> drain(stream));
      assertThat(ended).hasMessageContaining("57014");
    }
    assertThat(client.cancelFlightInfo(new CancelFlightInfoRequest(info)).getStatus())
        .isEqualTo(CancelStatus.NOT_CANCELLABLE);
  }

  @Test
  void whatIsCancelledBeforeItRunsDoesNotRun() throws Exception {
    FlightInfo info = client.execute("SELECT 1");
    assertThat(client.cancelFlightInfo(new CancelFlightInfoRequest(info)).getStatus())
        .isEqualTo(CancelStatus.CANCELLED);
    assertThat(
            catchThrowableOfType(
                FlightRuntimeException.class,
                () -> {
                  try (FlightStream stream =
                      client.getStream(info.getEndpoints().getFirst().getTicket())) {
                    drain(stream);
                  }
                }))
        .hasMessageContaining("no statement of this handle");
  }

  @Test
  void sessionOptionsAreTheSessionsSettings() throws Exception {
    SetSessionOptionsResult result =
        client.setSessionOptions(
            new SetSessionOptionsRequest(
                Map.of(
                    "quiver.query_memory",
                    SessionOptionValueFactory.makeSessionOptionValue(67_108_864L),
                    "no.such.option",
                    SessionOptionValueFactory.makeSessionOptionValue(1L))));
    assertThat(result.getErrors())
        .containsExactly(
            Map.entry(
                "no.such.option",
                new SetSessionOptionsResult.Error(
                    SetSessionOptionsResult.ErrorValue.INVALID_NAME)));
    Map<String, SessionOptionValue> options =
        client.getSessionOptions(new GetSessionOptionsRequest()).getSessionOptions();
    String shown = served.query("SHOW quiver.query_memory").toString();
    assertThat(options.toString()).contains(shown.substring(2, shown.length() - 2));
    client.setSessionOptions(
        new SetSessionOptionsRequest(
            Map.of(
                "quiver.query_memory", SessionOptionValueFactory.makeEmptySessionOptionValue())));
    assertThat(client.getSessionOptions(new GetSessionOptionsRequest()).getSessionOptions())
        .isNotEqualTo(options);
  }

  @Test
  void anOptionsWrongValueIsReported() {
    SetSessionOptionsResult result =
        client.setSessionOptions(
            new SetSessionOptionsRequest(
                Map.of(
                    "quiver.query_memory",
                    SessionOptionValueFactory.makeSessionOptionValue("x'; DROP TABLE t"))));
    assertThat(result.getErrors())
        .containsExactly(
            Map.entry(
                "quiver.query_memory",
                new SetSessionOptionsResult.Error(
                    SetSessionOptionsResult.ErrorValue.INVALID_VALUE)));
  }

  @Test
  void ingestionTakesPartInTheTransactionThatItNames() throws Exception {
    served.run("CREATE TABLE items (id INTEGER PRIMARY KEY, at TIMESTAMP DEFAULT now())");
    FlightSqlClient.Transaction transaction = client.beginTransaction();
    assertThat(ingest("items", transaction)).isEqualTo(3_000);
    assertThat(served.query("SELECT count(*) FROM items")).isEqualTo(List.of(List.of(0L)));
    client.rollback(transaction);
    assertThat(ingest("items", null)).isEqualTo(3_000);
    assertThat(served.query("SELECT count(*), count(at) FROM items"))
        .isEqualTo(List.of(List.of(3_000L, 3_000L)));
    assertThat(catchThrowableOfType(FlightRuntimeException.class, () -> ingest("items", null)))
        .hasMessageContaining("23505");
  }

  private long ingest(String table, FlightSqlClient.@Nullable Transaction transaction)
      throws Exception {
    try (IntVector ids = new IntVector("id", served.allocator);
        VectorSchemaRoot root = VectorSchemaRoot.of(ids)) {
      for (int i = 0; i < 3_000; i++) {
        ids.setSafe(i, i);
      }
      root.setRowCount(3_000);
      FlightSqlClient.ExecuteIngestOptions options =
          new FlightSqlClient.ExecuteIngestOptions(
              table,
              TableDefinitionOptions.newBuilder()
                  .setIfNotExist(TableNotExistOption.TABLE_NOT_EXIST_OPTION_FAIL)
                  .setIfExists(TableExistsOption.TABLE_EXISTS_OPTION_APPEND)
                  .build(),
              null,
              null,
              null);
      return transaction == null
          ? client.executeIngest(root, options)
          : client.executeIngest(root, options, transaction);
    }
  }

  @Test
  void everyTypeIsDescribed() throws Exception {
    FlightInfo info = client.getXdbcTypeInfo();
    List<String> names = new ArrayList<>();
    try (FlightStream stream = client.getStream(info.getEndpoints().getFirst().getTicket())) {
      while (stream.next()) {
        VectorSchemaRoot root = stream.getRoot();
        for (int i = 0; i < root.getRowCount(); i++) {
          names.add(root.getVector("type_name").getObject(i).toString());
        }
      }
    }
    assertThat(names)
        .contains("BOOLEAN", "TINYINT", "DECIMAL", "TIMESTAMP WITH TIME ZONE", "UUID", "VECTOR");
  }

  private static void drain(FlightStream stream) {
    while (stream.next()) {
      assertThat(stream.getRoot().getRowCount()).isPositive();
    }
  }
}
