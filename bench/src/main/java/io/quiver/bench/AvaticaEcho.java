package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What does a prepared statement cost over Avatica, on the event loop and on a worker, beside an
 * echo over a plain socket in the same run?
 *
 * <p>Clients and servers share this process and its cores. Each round measures every way once, so
 * that a busy machine is busy for all of them.
 */
public final class AvaticaEcho {
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = 2_000_000_000L;
  private static final int ECHO_BYTES = 150;

  /** More than any client reaches in a round. */
  private static final int SAMPLES_MAX = 1 << 20;

  private AvaticaEcho() {}

  /** One client's exchange, repeated. */
  private interface Client extends AutoCloseable {
    void exchange(int value) throws IOException, SQLException;

    @Override
    void close() throws IOException, SQLException;
  }

  /** A way to talk. */
  private record Way(String name, Callable<Client> connect) {}

  /** What a round gave. */
  private record Figures(double medianMicros, double perSecond) {}

  public static void main(String[] arguments) throws Exception {
    String sql = arguments.length > 0 ? arguments[0] : "SELECT CAST(? AS BIGINT)";
    try (ServerSocket echo = new ServerSocket(0);
        QuiverServer onLoop = server(true);
        QuiverServer onWorkers = server(false)) {
      Thread.ofPlatform().daemon().start(() -> serveEcho(echo));
      List<Way> ways =
          List.of(
              new Way("raw TCP echo", () -> rawClient(echo.getLocalPort())),
              new Way("Avatica, event loop", () -> avaticaClient(onLoop.port(), sql)),
              new Way("Avatica, virtual threads", () -> avaticaClient(onWorkers.port(), sql)));
      for (int clients : new int[] {1, 16}) {
        report(ways, clients);
      }
    }
  }

  private static QuiverServer server(boolean eventLoop) {
    return QuiverServer.start(
        ServerOptions.of(Database.inMemory(eventLoop ? "loop" : "workers"))
            .withPort(0)
            .withEventLoop(eventLoop));
  }

  private static void report(List<Way> ways, int clients) throws Exception {
    List<List<Figures>> figures = new ArrayList<>();
    for (Way way : ways) {
      measure(way, clients);
      figures.add(new ArrayList<>());
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < ways.size(); i++) {
        figures.get(i).add(measure(ways.get(i), clients));
      }
    }
    for (int i = 0; i < ways.size(); i++) {
      double[] medians =
          figures.get(i).stream().mapToDouble(Figures::medianMicros).sorted().toArray();
      double[] rates = figures.get(i).stream().mapToDouble(Figures::perSecond).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "%2d clients  %-26s p50 %6.1f us (%.1f to %.1f)  %,9.0f QPS (%,.0f to %,.0f)%n",
          clients,
          ways.get(i).name(),
          medians[ROUNDS / 2],
          medians[0],
          medians[ROUNDS - 1],
          rates[ROUNDS / 2],
          rates[0],
          rates[ROUNDS - 1]);
    }
  }

  private static Figures measure(Way way, int clients) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<long[]>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        running.add(threads.submit(() -> exchanges(way)));
      }
      List<long[]> samples = new ArrayList<>();
      for (Future<long[]> one : running) {
        samples.add(one.get());
      }
      long[] all = samples.stream().flatMapToLong(Arrays::stream).sorted().toArray();
      return new Figures(all[all.length / 2] / 1e3, all.length / (ROUND_NANOS / 1e9));
    }
  }

  private static long[] exchanges(Way way) throws Exception {
    long[] nanos = new long[SAMPLES_MAX];
    int count = 0;
    try (Client client = way.connect().call()) {
      long end = System.nanoTime() + ROUND_NANOS;
      long before = System.nanoTime();
      while (before < end && count < nanos.length) {
        client.exchange(count);
        long after = System.nanoTime();
        nanos[count++] = after - before;
        before = after;
      }
    }
    return Arrays.copyOf(nanos, count);
  }

  private static Client avaticaClient(int port, String sql) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + port + "/");
    PreparedStatement statement = connection.prepareStatement(sql);
    return new Client() {
      @Override
      public void exchange(int value) throws SQLException {
        statement.setLong(1, value);
        try (ResultSet rows = statement.executeQuery()) {
          if (!rows.next() || rows.getLong(1) != value) {
            throw new IllegalStateException("no echo of " + value);
          }
        }
      }

      @Override
      public void close() throws SQLException {
        connection.close();
      }
    };
  }

  private static Client rawClient(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] message = new byte[ECHO_BYTES];
    return new Client() {
      @Override
      public void exchange(int value) throws IOException {
        message[0] = (byte) value;
        socket.getOutputStream().write(message);
        in.readFully(message);
      }

      @Override
      public void close() throws IOException {
        socket.close();
      }
    };
  }

  private static void serveEcho(ServerSocket server) {
    while (true) {
      try {
        Socket client = server.accept();
        Thread.ofPlatform().daemon().start(() -> echo(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void echo(Socket client) {
    try (client) {
      client.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(client.getInputStream());
      OutputStream out = client.getOutputStream();
      byte[] message = new byte[ECHO_BYTES];
      while (true) {
        in.readFully(message);
        out.write(message);
      }
    } catch (IOException e) {
      // The client is done.
    }
  }
}
