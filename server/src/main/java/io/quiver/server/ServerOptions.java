package io.quiver.server;

import io.quiver.engine.Database;
import java.time.Duration;

/**
 * How a server listens. Start from {@link #of}.
 *
 * @param port of Avatica over HTTP; 0 lets the system choose
 * @param flightPort of Flight SQL; 0 lets the system choose, {@link #NONE} leaves it out
 * @param grace how long running statements may go on when the server closes
 * @param idleLimit after which a connection that nobody uses is closed
 */
public record ServerOptions(
    Database database, String host, int port, int flightPort, Duration grace, Duration idleLimit) {
  public static final int DEFAULT_PORT = 7_070;
  public static final int DEFAULT_FLIGHT_PORT = 7_071;
  public static final int NONE = -1;

  /** Avatica on loopback, with 10 s of grace and 30 min of idleness. */
  public static ServerOptions of(Database database) {
    return new ServerOptions(
        database, "127.0.0.1", DEFAULT_PORT, NONE, Duration.ofSeconds(10), Duration.ofMinutes(30));
  }

  public ServerOptions withHost(String newHost) {
    return new ServerOptions(database, newHost, port, flightPort, grace, idleLimit);
  }

  public ServerOptions withPort(int newPort) {
    return new ServerOptions(database, host, newPort, flightPort, grace, idleLimit);
  }

  public ServerOptions withFlightPort(int newPort) {
    return new ServerOptions(database, host, port, newPort, grace, idleLimit);
  }

  public ServerOptions withGrace(Duration newGrace) {
    return new ServerOptions(database, host, port, flightPort, newGrace, idleLimit);
  }

  public ServerOptions withIdleLimit(Duration newLimit) {
    return new ServerOptions(database, host, port, flightPort, grace, newLimit);
  }
}
