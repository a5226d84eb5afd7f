package io.quiver.bench;

import io.quiver.engine.Database;
import io.quiver.engine.Session;
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
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What does a row by its primary key cost over Avatica, beside a statement without a table and an
 * echo over a plain socket in the same run?
 *
 * <p>Clients and servers share this process and its cores. Each round measures every way once, so
 * that a busy machine is busy for all of them.
 *
 * <p>Arguments: rows of the table (100000).
 */
public final class BenchmarkPointSelect {
  private static final int ROUNDS = 5;
  private static final long ROUND_NANOS = 2_000_000_000L;
  private static final int ECHO_BYTES = 150;
  private static final int FILL_ROWS = 1_000;

  /** More than any client reaches in a round. */
  private static final int SAMPLES_MAX = 1 << 20;

  private final int rows;
  private final int port;

  private BenchmarkPointSelect(int rows, int port) {
    this.rows = rows;
    this.port = port;
  }

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

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    try (ServerSocket echo = new ServerSocket(0);
        Database database = Database.inMemory("bench");
        QuiverServer server = QuiverServer.start(ServerOptions.of(database).withPort(0))) {
      fill(database, rows);
      Thread.ofPlatform().daemon().start(() -> serveEcho(echo));
      BenchmarkPointSelect run = new BenchmarkPointSelect(rows, server.port());
      List<Way> ways =
          List.of(
              new Way("raw TCP echo", () -> rawClient(echo.getLocalPort())),
              new Way("parameter back", () -> run.prepared("SELECT CAST(? AS BIGINT)")),
              new Way(
                  "by key, prepared", () -> run.prepared("SELECT id, name FROM t WHERE id = ?")),
              new Way("by key, as a text", run::textClient));
      for (int clients : new int[] {1, 16}) {
        report(ways, clients);
      }
    }
  }

  private static void fill(Database database, int rows) {
    try (Session session = database.connect()) {
      session.execute("CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR)").close();
      io.quiver.engine.PreparedStatement insert = session.prepare("INSERT INTO t VALUES (?, ?)");
      for (int from = 0; from < rows; from += FILL_ROWS) {
        List<List<Object>> part = new ArrayList<>();
        for (long id = from; id < Math.min(from + FILL_ROWS, rows); id++) {
          part.add(List.of(id, "row " + id));
        }
        if (!session.insertAll(insert, part, () -> false)) {
          throw new IllegalStateException("rows from " + from + " were not inserted");
        }
      }
      session.execute("FLUSH").close();
    }
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

  private Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + port + "/");
  }

  private Client prepared(String sql) throws SQLException {
    Connection connection = connect();
    PreparedStatement statement = connection.prepareStatement(sql);
    return new Client() {
      @Override
      public void exchange(int value) throws SQLException {
        long wanted = value % rows;
        statement.setLong(1, wanted);
        try (ResultSet found = statement.executeQuery()) {
          check(found, wanted);
        }
      }

      @Override
      public void close() throws SQLException {
        connection.close();
      }
    };
  }

  private Client textClient() throws SQLException {
    Connection connection = connect();
    Statement statement = connection.createStatement();
    return new Client() {
      @Override
      public void exchange(int value) throws SQLException {
        long wanted = value % rows;
        String sql = "SELECT id, name FROM t WHERE id = " + wanted;
        try (ResultSet found = statement.executeQuery(sql)) {
          check(found, wanted);
        }
      }

      @Override
      public void close() throws SQLException {
        connection.close();
      }
    };
  }

  private static void check(ResultSet found, long wanted) throws SQLException {
    if (!found.next() || found.getLong(1) != wanted || found.next()) {
      throw new IllegalStateException("not one row for " + wanted);
    }
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
