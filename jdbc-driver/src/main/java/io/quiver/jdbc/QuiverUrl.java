package io.quiver.jdbc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Where a JDBC URL points to. */
public sealed interface QuiverUrl {
  String PREFIX = "jdbc:quiver:";
  int DEFAULT_PORT = 7070;

  /** How the URL of a directory says that it is for reading alone; no property of a connection. */
  String READ_ONLY = "readOnly";

  /** How the URL of a directory says where columns are: {@code resident} or {@code mapped}. */
  String MEMORY = "memory";

  /** How the URL of a directory says how many bytes of its files are copied into memory at most. */
  String CACHE = "cache";

  /** How the URL of a directory says how many threads build indexes on vectors. */
  String BUILD_THREADS = "indexBuildThreads";

  /** How the URL of a directory says how many bytes builds of indexes on vectors take at most. */
  String BUILD_MEMORY = "indexBuildMemory";

  /** What only the URL of a directory has. */
  Set<String> OF_DIRECTORIES = Set.of(READ_ONLY, MEMORY, CACHE, BUILD_THREADS, BUILD_MEMORY);

  /** The properties of a connection. None of them names a class or a file. */
  Set<String> PROPERTIES = Set.of("user", "password");

  /** {@code jdbc:quiver://host:port/}: a server. */
  record Server(String host, int port) implements QuiverUrl {}

  /** A database in this process. */
  sealed interface Embedded extends QuiverUrl {}

  /** {@code jdbc:quiver:mem:name}: lives until its last connection closes. */
  record InMemory(String name) implements Embedded {}

  /**
   * {@code jdbc:quiver:file:/path}: a directory, with {@code ?readOnly=true} for reading alone,
   * {@code ?memory=mapped} for files that are mapped instead of read into memory, {@code ?cache=2g}
   * for how much of them is in memory at most, and {@code
   * ?indexBuildThreads=2&indexBuildMemory=512m} for what builds of indexes on vectors take.
   *
   * @param cacheBytes none says what is usual
   */
  record Directory(
      String path, boolean readOnly, boolean mapped, OptionalLong cacheBytes, Builds builds)
      implements Embedded {
    /** The same at another path. */
    public Directory withPath(String other) {
      return new Directory(other, readOnly, mapped, cacheBytes, builds);
    }
  }

  /**
   * What builds of indexes on vectors may take, until SET says something else; none says what is
   * usual.
   */
  record Builds(OptionalInt threads, OptionalLong memoryBytes) {
    public static final Builds USUAL = new Builds(OptionalInt.empty(), OptionalLong.empty());
  }

  /**
   * Reads the part before {@code ?}, and of a directory whether it is for reading alone.
   *
   * @throws SQLException 08001 when it is no URL of ours
   */
  static QuiverUrl parse(String url) throws SQLException {
    String rest = withoutQuery(url).substring(PREFIX.length());
    if (rest.startsWith("//")) {
      return server(url, rest.substring(2));
    }
    if (rest.startsWith("mem:") && rest.length() > 4) {
      return new InMemory(rest.substring(4));
    }
    if (rest.startsWith("file:") && rest.length() > 5) {
      return new Directory(
          rest.substring(5),
          choice(url, READ_ONLY, "false", "true"),
          choice(url, MEMORY, "resident", "mapped"),
          size(url, CACHE),
          new Builds(number(url, BUILD_THREADS), size(url, BUILD_MEMORY)));
    }
    throw malformed(url);
  }

  /**
   * The properties of the URL's query over those given beside it. An unknown name in the URL is a
   * mistake and refused; unknown names beside it are other people's and left out.
   */
  static Properties properties(String url, Properties given) throws SQLException {
    Properties known = new Properties();
    for (String name : PROPERTIES) {
      String value = given.getProperty(name);
      if (value != null) {
        known.setProperty(name, value);
      }
    }
    int query = url.indexOf('?');
    if (query < 0 || query == url.length() - 1) {
      return known;
    }
    for (String pair : url.substring(query + 1).split("&", -1)) {
      Map.Entry<String, String> entry = entry(pair);
      if (OF_DIRECTORIES.contains(entry.getKey()) && url.startsWith(PREFIX + "file:")) {
        continue;
      }
      if (!PROPERTIES.contains(entry.getKey())) {
        throw new SQLException(
            "unknown connection property '"
                + entry.getKey()
                + "' in the URL; known are "
                + new TreeSet<>(PROPERTIES),
            SqlStates.CANNOT_CONNECT);
      }
      known.setProperty(entry.getKey(), entry.getValue());
    }
    return known;
  }

  /** Whether the URL says the second of two values of a property; without it, the first holds. */
  private static boolean choice(String url, String name, String usual, String other)
      throws SQLException {
    String said = value(url, name);
    String value = said == null ? usual : said;
    if (!value.equals(usual) && !value.equals(other)) {
      throw new SQLException(
          name + " in a URL is " + other + " or " + usual + ", found '" + value + "'",
          SqlStates.CANNOT_CONNECT);
    }
    return value.equals(other);
  }

  private static OptionalLong size(String url, String name) throws SQLException {
    String value = value(url, name);
    try {
      return value == null ? OptionalLong.empty() : OptionalLong.of(DataSize.parse(value));
    } catch (IllegalArgumentException e) {
      throw new SQLException(name + " in a URL: " + e.getMessage(), SqlStates.CANNOT_CONNECT, e);
    }
  }

  private static OptionalInt number(String url, String name) throws SQLException {
    String value = value(url, name);
    try {
      return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
    } catch (NumberFormatException e) {
      throw new SQLException(
          name + " in a URL is a number, found '" + value + "'", SqlStates.CANNOT_CONNECT, e);
    }
  }

  /** The last value of a property in the URL's query, or null. */
  private static @Nullable String value(String url, String name) {
    int query = url.indexOf('?');
    String value = null;
    for (String pair : query < 0 ? new String[0] : url.substring(query + 1).split("&", -1)) {
      Map.Entry<String, String> entry = entry(pair);
      if (entry.getKey().equals(name)) {
        value = entry.getValue();
      }
    }
    return value;
  }

  private static Map.Entry<String, String> entry(String pair) {
    int equals = pair.indexOf('=');
    return equals < 0
        ? Map.entry(decode(pair), "")
        : Map.entry(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static QuiverUrl server(String url, String authority) throws SQLException {
    String address = authority.endsWith("/") ? cut(authority, 1) : authority;
    int colon = address.lastIndexOf(':');
    // An IPv6 address stands in brackets: [::1]:7070.
    boolean hasPort = colon > address.lastIndexOf(']');
    String host = hasPort ? address.substring(0, colon) : address;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = cut(host.substring(1), 1);
    }
    if (host.isEmpty() || host.indexOf('/') >= 0) {
      throw malformed(url);
    }
    return new Server(host, hasPort ? port(url, address.substring(colon + 1)) : DEFAULT_PORT);
  }

  private static int port(String url, String text) throws SQLException {
    try {
      int port = Integer.parseInt(text);
      if (port > 0 && port < 65_536) {
        return port;
      }
    } catch (NumberFormatException e) {
      // Told below, with the URL.
    }
    throw malformed(url);
  }

  private static String cut(String text, int last) {
    return text.substring(0, text.length() - last);
  }

  private static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  private static SQLException malformed(String url) {
    return new SQLException(
        "a URL is jdbc:quiver://host:port/, jdbc:quiver:mem:name or jdbc:quiver:file:/path, found "
            + withoutQuery(url),
        SqlStates.CANNOT_CONNECT);
  }
}
