package io.quiver.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.ServiceLoader;
import org.apache.calcite.avatica.AvaticaConnection;
import org.apache.calcite.avatica.AvaticaFactory;
import org.apache.calcite.avatica.DriverVersion;
import org.apache.calcite.avatica.Meta;
import org.apache.calcite.avatica.UnregisteredDriver;
import org.jspecify.annotations.Nullable;

/**
 * The JDBC driver of Quiver: {@code jdbc:quiver://host:port/}, {@code jdbc:quiver:mem:name} and
 * {@code jdbc:quiver:file:/path}.
 */
public final class QuiverDriver extends UnregisteredDriver {
  static final String VERSION = version();

  static {
    try {
      DriverManager.registerDriver(new QuiverDriver());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @Override
  protected String getConnectStringPrefix() {
    return QuiverUrl.PREFIX;
  }

  @Override
  protected AvaticaFactory createFactory() {
    return new QuiverFactory();
  }

  @Override
  protected DriverVersion createDriverVersion() {
    return new DriverVersion("Quiver JDBC Driver", VERSION, "Quiver", VERSION, false, 0, 1, 0, 1);
  }

  @Override
  public Meta createMeta(AvaticaConnection connection) {
    return new BackendMeta((QuiverConnection) connection);
  }

  @Override
  @SuppressWarnings("NullAway") // JDBC: null when the URL is another driver's
  public @Nullable Connection connect(String url, Properties info) throws SQLException {
    if (!acceptsURL(url)) {
      return null;
    }
    QuiverUrl target = QuiverUrl.parse(url);
    Properties known = QuiverUrl.properties(url, info == null ? new Properties() : info);
    Backend backend = open(target);
    try {
      QuiverConnection connection = new QuiverConnection(this, factory, url, known, backend);
      connection.openConnection();
      return connection;
    } catch (Throwable e) {
      backend.close();
      throw e;
    }
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
    return QuiverUrl.PROPERTIES.stream()
        .sorted()
        .map(name -> new DriverPropertyInfo(name, info.getProperty(name)))
        .toArray(DriverPropertyInfo[]::new);
  }

  private static Backend open(QuiverUrl url) throws SQLException {
    // A sealed switch, but Java 17 has none.
    if (url instanceof QuiverUrl.Server server) {
      return new RemoteBackend(server.host(), server.port());
    }
    return provider().open((QuiverUrl.Embedded) url);
  }

  private static EmbeddedBackendProvider provider() throws SQLException {
    // The driver's own loader, because a pool's thread may carry any context loader.
    return ServiceLoader.load(EmbeddedBackendProvider.class, QuiverDriver.class.getClassLoader())
        .findFirst()
        .orElseThrow(() ->
            new SQLException(
                "an embedded database needs quiver-avatica and what it depends on on the"
                    + " class path beside quiver-jdbc-driver; only jdbc:quiver://host:port/"
                    + " works without",
                SqlStates.CANNOT_CONNECT));
  }

  private static String version() {
    String version = QuiverDriver.class.getPackage().getImplementationVersion();
    return version == null ? "0.1.0-SNAPSHOT" : version;
  }
}
