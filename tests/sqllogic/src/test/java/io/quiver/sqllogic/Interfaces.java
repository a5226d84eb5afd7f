package io.quiver.sqllogic;

import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.server.QuiverServer;
import io.quiver.server.ServerOptions;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The ways in: embedded JDBC, remote JDBC, and Arrow's own Flight SQL driver. */
final class Interfaces {
  private Interfaces() {}

  static List<Way> all() {
    return List.of(Way.values());
  }

  /** One way in. */
  enum Way {
    EMBEDDED {
      @Override
      Interface open(Path data, Path files) throws SQLException {
        return new Embedded(data);
      }
    },
    AVATICA {
      @Override
      Interface open(Path data, Path files) throws SQLException {
        return new Served(data, files, this);
      }
    },
    FLIGHT {
      @Override
      Interface open(Path data, Path files) throws SQLException {
        return new Served(data, files, this);
      }
    };

    /**
     * Opens a database.
     *
     * @param files a directory of which COPY may use the files
     */
    abstract Interface open(Path data, Path files) throws SQLException;
  }

  private static final class Embedded implements Interface {
    private final String url;
    private Connection connection;

    Embedded(Path data) throws SQLException {
      this.url = "jdbc:quiver:file:" + data;
      this.connection = DriverManager.getConnection(url);
    }

    @Override
    public String name() {
      return "embedded JDBC";
    }

    @Override
    public Connection connection() {
      return connection;
    }

    @Override
    public void restart() throws SQLException {
      connection.close();
      connection = DriverManager.getConnection(url);
    }

    @Override
    public void close() throws SQLException {
      connection.close();
    }
  }

  private static final class Served implements Interface {
    private static final Pattern SQLSTATE = Pattern.compile("\\(SQLSTATE (\\w{5})\\)");

    private final Path data;
    private final Path files;
    private final Way way;
    private QuiverServer server;
    private Connection connection;

    Served(Path data, Path files, Way way) throws SQLException {
      this.data = data;
      this.files = files;
      this.way = way;
      this.server = serve();
      this.connection = connect();
    }

    @Override
    public String name() {
      return way == Way.FLIGHT ? "Flight SQL" : "remote JDBC";
    }

    @Override
    public Connection connection() {
      return connection;
    }

    @Override
    public void restart() throws SQLException {
      close();
      server = serve();
      connection = connect();
    }

    /** Arrow's driver gives a vector as a JDBC array, and writes arrays in JSON. */
    @Override
    public @Nullable Object value(ResultSet result, int column) throws SQLException {
      Object value = result.getObject(column);
      if (way != Way.FLIGHT || !(value instanceof Array array)) {
        return value;
      }
      Object[] elements = (Object[]) array.getArray();
      return switch (array.getBaseType()) {
        case Types.BOOLEAN,
            Types.INTEGER,
            Types.BIGINT,
            Types.DOUBLE,
            Types.DECIMAL,
            Types.VARCHAR ->
            arrayText(elements);
        default -> literal(elements);
      };
    }

    /** Arrow's driver lists the columns of an empty result twice. */
    @Override
    public boolean describesEmptyResults() {
      return way != Way.FLIGHT;
    }

    /** Arrow's driver drops the state and keeps the message, which repeats it. */
    @Override
    public @Nullable String sqlState(SQLException e) {
      if (way != Way.FLIGHT) {
        return e.getSQLState();
      }
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        Matcher matcher = SQLSTATE.matcher(String.valueOf(cause.getMessage()));
        if (matcher.find()) {
          return matcher.group(1);
        }
      }
      return e.getSQLState();
    }

    @Override
    public void close() throws SQLException {
      connection.close();
      server.close();
    }

    private QuiverServer serve() {
      Database database =
          Database.open(data, DatabaseOptions.defaults().withCopyRoots(List.of(files)));
      return QuiverServer.start(ServerOptions.of(database).withPort(0).withFlightPort(0));
    }

    private Connection connect() throws SQLException {
      return DriverManager.getConnection(
          way == Way.FLIGHT
              ? "jdbc:arrow-flight-sql://127.0.0.1:" + server.flightPort() + "/?useEncryption=false"
              : "jdbc:quiver://127.0.0.1:" + server.port() + "/");
    }

    /** As PostgreSQL writes it. */
    private static String arrayText(@Nullable Object[] elements) {
      StringJoiner text = new StringJoiner(",", "{", "}");
      for (Object element : elements) {
        String plain = element == null ? "NULL" : element.toString();
        boolean quoted = element != null && plain.matches("(?i)null||.*[\\s{},\"\\\\].*");
        text.add(quoted ? '"' + plain.replace("\\", "\\\\").replace("\"", "\\\"") + '"' : plain);
      }
      return text.toString();
    }

    private static String literal(Object[] elements) {
      StringBuilder text = new StringBuilder("[");
      for (Object element : elements) {
        float number = ((Number) element).floatValue();
        text.append(text.length() > 1 ? "," : "");
        text.append(number == (int) number ? Integer.toString((int) number) : number + "");
      }
      return text.append(']').toString();
    }
  }
}
