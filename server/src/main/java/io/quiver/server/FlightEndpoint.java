package io.quiver.server;

import io.quiver.flight.FlightSqlEndpoint;
import org.jspecify.annotations.Nullable;

/** Flight SQL as an endpoint of the server. Its classes are loaded only where it is asked for. */
final class FlightEndpoint implements Endpoint {
  private final ServerOptions options;
  private @Nullable FlightSqlEndpoint flight;

  FlightEndpoint(ServerOptions options) {
    this.options = options;
  }

  @Override
  public int start() {
    FlightSqlEndpoint started =
        FlightSqlEndpoint.start(options.database(), options.host(), options.flightPort());
    flight = started;
    return started.port();
  }

  @Override
  public void stopAccepting() {
    // gRPC stops accepting and waits for its calls in one step, in close.
  }

  @Override
  public void close() {
    if (flight != null) {
      flight.close();
      flight = null;
    }
  }
}
