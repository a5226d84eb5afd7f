package io.quiver.flight;

import io.quiver.engine.Database;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.FlightServer;
import org.apache.arrow.flight.Location;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** The Flight SQL door of a server, over gRPC. Needs {@code --add-opens java.base/java.nio}. */
public final class FlightSqlEndpoint implements AutoCloseable {
  /** What a client may send at once; Flight's own default is 2 GiB. */
  private static final int MESSAGE_BYTES_MAX = 64 << 20;

  private static final Duration GRACE = Duration.ofSeconds(10);

  /** How long what was cancelled may take to say so. */
  private static final Duration ENDING = Duration.ofSeconds(5);

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
   * @param idleLimit after which the caller closes what nobody uses, for clients that ask; zero
   *     where it never does
   * @throws QuiverException 08000 when the port cannot be had
   */
  public static FlightSqlEndpoint start(
      Database database, String host, int port, Duration idleLimit) {
    BufferAllocator allocator = allocator();
    QuiverFlightProducer producer =
        new QuiverFlightProducer(
            new FlightSessions(database), new ServerInfo(idleLimit), allocator);
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

  /** Memory for Arrow in this process, client or server; Arrow's own ways need flags. */
  public static BufferAllocator allocator() {
    return new RootAllocator(
        RootAllocator.configBuilder().allocationManagerFactory(NativeMemory.factory()).build());
  }

  public int port() {
    return server.getPort();
  }

  /** Closes the sessions that no call has used for so long. */
  public void closeIdle(Duration limit) {
    producer.closeIdle(limit);
  }

  /** Takes no new calls; those that run go on. */
  public void stopAccepting() {
    server.shutdown();
  }

  @Override
  public void close() {
    close(GRACE);
  }

  /**
   * Stops accepting, lets running calls finish within the grace, cancels the rest, and closes the
   * sessions.
   *
   * @throws IllegalStateException when memory is left over
   */
  public void close(Duration grace) {
    stopAccepting();
    try {
      server.awaitTermination(grace.toMillis(), TimeUnit.MILLISECONDS);
      producer.close();
      server.close();
      producer.awaitStreams(ENDING);
    } catch (InterruptedException e) {
      producer.close();
      Thread.currentThread().interrupt();
    }
    allocator.close();
  }
}
