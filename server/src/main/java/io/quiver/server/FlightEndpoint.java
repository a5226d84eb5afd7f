package io.quiver.server;

import io.quiver.flight.FlightSqlEndpoint;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Flight SQL as an endpoint of the server. Its classes are loaded only where it is asked for. */
final class FlightEndpoint implements Endpoint {
  private final ServerOptions options;
  private volatile @Nullable FlightSqlEndpoint flight;

  FlightEndpoint(ServerOptions options) {
    this.options = options;
  }

  @Override
  public int start() {
    FlightSqlEndpoint started =
        FlightSqlEndpoint.start(
            options.database(), options.host(), options.flightPort(), options.idleLimit());
    flight = started;
    return started.port();
  }

  @Override
  public void closeIdle(Duration limit) {
    FlightSqlEndpoint open = flight;
    if (open != null) {
      open.closeIdle(limit);
    }
  }

  @Override
  public void stopAccepting() {
    FlightSqlEndpoint open = flight;
    if (open != null) {
      open.stopAccepting();
    }
  }

  @Override
  public void close() {
    FlightSqlEndpoint open = flight;
    if (open != null) {
      open.close(options.grace());
      flight = null;
    }
  }
}
