package io.quiver.flight;

import io.quiver.engine.Database;
import io.quiver.engine.Session;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.CallOption;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.client.ClientCookieMiddleware;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/** A database in memory behind Flight SQL, and a client that keeps its cookie. */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
final class Served implements AutoCloseable {
  static final Duration IDLE_LIMIT = Duration.ofMinutes(5);

  final Database database = Database.inMemory("test");
  final FlightSqlEndpoint endpoint = FlightSqlEndpoint.start(database, "127.0.0.1", 0, IDLE_LIMIT);
  final BufferAllocator allocator = FlightSqlEndpoint.allocator();
  final FlightSqlClient client = connect(true);

  FlightSqlClient connect(boolean cookies) {
    FlightClient.Builder builder =
        FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", endpoint.port()));
    return new FlightSqlClient(
        (cookies ? builder.intercept(new ClientCookieMiddleware.Factory()) : builder).build());
  }

  /** Runs statements past Flight. */
  void run(String... statements) {
    try (Session session = database.connect()) {
      for (String sql : statements) {
        session.execute(sql).close();
      }
    }
  }

  List<List<@Nullable Object>> query(String sql) throws Exception {
    return rows(client.execute(sql));
  }

  List<List<@Nullable Object>> rows(FlightInfo info, CallOption... options) throws Exception {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (FlightEndpoint part : info.getEndpoints()) {
      try (FlightStream stream = client.getStream(part.getTicket(), options)) {
        while (stream.next()) {
          for (int row = 0; row < stream.getRoot().getRowCount(); row++) {
            List<@Nullable Object> values = new ArrayList<>();
            for (FieldVector vector : stream.getRoot().getFieldVectors()) {
              Object value = vector.getObject(row);
              values.add(
                  value instanceof org.apache.arrow.vector.util.Text ? value.toString() : value);
            }
            rows.add(values);
          }
        }
      }
    }
    return rows;
  }

  /** Fails where either side has kept memory. */
  @Override
  public void close() throws Exception {
    client.close();
    endpoint.close(Duration.ofSeconds(2));
    allocator.close();
    database.close();
  }
}
