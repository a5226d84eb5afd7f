package io.quiver.server;

import io.quiver.avatica.AvaticaService;
import io.quiver.engine.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database on the network: Avatica over HTTP, Flight SQL, and whatever else it is given. Owns the
 * database from the start on, and closes it.
 */
public final class QuiverServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(QuiverServer.class);

  private final ServerOptions options;
  private final Database database;
  private final AvaticaService avatica;
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final ScheduledThreadPoolExecutor housekeeping;
  private final CountDownLatch terminated = new CountDownLatch(1);
  private boolean closed;

  private QuiverServer(ServerOptions options, Endpoint... others) {
    this.options = options;
    this.database = options.database();
    this.avatica = AvaticaService.remote(database);
    this.endpoints.add(new AvaticaEndpoint(avatica, options));
    if (options.flightPort() != ServerOptions.NONE) {
      this.endpoints.add(new FlightEndpoint(options));
    }
    this.endpoints.addAll(Arrays.asList(others));
    this.housekeeping =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("quiver-housekeeping").factory());
  }

  /**
   * Starts to listen.
   *
   * @param others endpoints beside Avatica and Flight SQL, which are started with it and closed
   *     with it
   * @throws io.quiver.types.QuiverException when a port is in use; the database stays open then
   */
  public static QuiverServer start(ServerOptions options, Endpoint... others) {
    QuiverServer server = new QuiverServer(options, others);
    server.listen();
    return server;
  }

  private void listen() {
    try {
      for (Endpoint endpoint : endpoints) {
        ports.add(endpoint.start());
      }
    } catch (RuntimeException e) {
      housekeeping.shutdownNow();
      endpoints.forEach(Endpoint::close);
      throw e;
    }
    long period = Math.clamp(options.idleLimit().toMillis() / 10, 10, 60_000);
    Future<?> _ =
        housekeeping.scheduleWithFixedDelay(this::closeIdle, period, period, TimeUnit.MILLISECONDS);
  }

  private void closeIdle() {
    try {
      avatica.closeIdle(options.idleLimit());
      endpoints.forEach(endpoint -> endpoint.closeIdle(options.idleLimit()));
    } catch (RuntimeException e) {
      // An exception would end the schedule, and with it the expiry of all others.
      LOG.error("closing idle connections failed", e);
    }
  }

  /** Where Avatica listens. */
  public int port() {
    return ports.get(0);
  }

  /** Where Flight SQL listens, or {@link ServerOptions#NONE}. */
  public int flightPort() {
    return options.flightPort() == ServerOptions.NONE ? ServerOptions.NONE : ports.get(1);
  }

  /** Where the endpoints listen: Avatica, Flight SQL unless left out, then the others. */
  public List<Integer> ports() {
    return List.copyOf(ports);
  }

  /** How many Avatica connections are open. */
  public int connectionCount() {
    return avatica.connectionCount();
  }

  /** Waits until the server is closed. */
  public void awaitTermination() throws InterruptedException {
    terminated.await();
  }

  /**
   * Takes no new connections, lets running statements end within the grace, cancels the rest, then
   * closes sessions and database.
   */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    try {
      close(options.grace());
    } finally {
      terminated.countDown();
    }
  }

  private void close(Duration grace) {
    housekeeping.shutdownNow();
    try {
      endpoints.forEach(Endpoint::stopAccepting);
      avatica.close(grace);
      endpoints.forEach(Endpoint::close);
    } finally {
      database.close();
    }
  }
}
