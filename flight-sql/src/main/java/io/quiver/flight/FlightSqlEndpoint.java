package io.quiver.flight;

import io.quiver.engine.Database;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** The Flight SQL door of a server, over gRPC. Needs {@code --add-opens java.base/java.nio}. */
public final class FlightSqlEndpoint implements AutoCloseable {
  /** Flight's own default is 2 GiB. */
  private static final int MESSAGE_BYTES_MAX = 16 << 20;

  private static final long CLOSE_WAIT_SECONDS = 10;

  private final FlightServer server;
  private final QuiverFlightProducer producer;
  private final BufferAllocator allocator;

  private FlightSqlEndpoint(
      FlightServer server, QuiverFlightProducer producer, BufferAllocator allocator) {
    this.server = server;
    this.producer = producer;
    this.allocator = allocator;
  }

  /**
   * Listens for clients.
   *
   * @param port 0 takes a free one
   * @throws QuiverException 08000 when the port cannot be had
   */
  public static FlightSqlEndpoint start(Database database, String host, int port) {
    BufferAllocator allocator = new RootAllocator();
    QuiverFlightProducer producer = new QuiverFlightProducer(database, allocator);
    FlightServer server =
        FlightServer.builder(allocator, Location.forGrpcInsecure(host, port), producer)
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .middleware(SessionCookie.KEY, SessionCookie::read)
            .build();
    try {
      server.start();
    } catch (IOException e) {
      producer.close();
      allocator.close();
      throw new QuiverException(
          ErrorCode.CONNECTION_EXCEPTION,
          "port " + port + " is in use; choose another with --flight-port",
          e);
    }
    return new FlightSqlEndpoint(server, producer, allocator);
  }

  public int port() {
    return server.getPort();
  }

  /** Stops accepting, lets running calls finish for a while, and closes the sessions. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
        producer.close();
        server.close();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
    allocator.close();
  }
}
