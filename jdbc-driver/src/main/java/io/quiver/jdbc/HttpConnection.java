package io.quiver.jdbc;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * As much of an HTTP/1.1 client as talking to our server takes: POST, keep-alive, bodies with a
 * length. It follows no redirects, decompresses nothing and has limits on everything it reads.
 *
 * <p>One request at a time: the lock owns the socket. A broken socket fails its request, which may
 * have been executed and so is not repeated; the next request opens another one.
 */
final class HttpConnection implements AutoCloseable {
  private static final int CONNECT_MILLIS = 10_000;
  private static final int HEADER_BYTES_MAX = 16 << 10;
  private static final int BODY_BYTES_MAX = 256 << 20;
  private static final byte[] LINE_END = {'\r', '\n'};

  private final String host;
  private final int port;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Socket socket;
  private volatile int timeoutMillis;
  private @Nullable InputStream in;

  HttpConnection(String host, int port) {
    this.host = host;
    this.port = port;
  }

  /**
   * Sends a body and gives the one that comes back.
   *
   * @throws SQLException 08001 when nobody listens, 08006 when the connection breaks, 08P01 when
   *     the other end is no Quiver server
   */
  byte[] post(String path, byte[] body) throws SQLException {
    lock.lock();
    try {
      Socket connected = connected();
      try {
        if (connected.getSoTimeout() != timeoutMillis) {
          connected.setSoTimeout(timeoutMillis);
        }
        send(connected, path, body);
        return receive();
      } catch (IOException e) {
        drop();
        throw new SQLException(
            "lost the connection to " + address() + ": " + reason(e), SqlStates.CONNECTION_LOST, e);
      } catch (SQLException e) {
        drop();
        throw e;
      }
    } finally {
      lock.unlock();
    }
  }

  /** How long to wait for the bytes of an answer; 0 for as long as it takes. */
  void setTimeoutMillis(int millis) {
    timeoutMillis = millis;
  }

  private Socket connected() throws SQLException {
    Socket current = socket;
    if (current != null && !current.isClosed()) {
      return current;
    }
    Socket fresh = new Socket();
    try {
      fresh.setTcpNoDelay(true);
      fresh.setKeepAlive(true);
      fresh.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      in = new BufferedInputStream(fresh.getInputStream(), 64 << 10);
    } catch (IOException e) {
      try {
        fresh.close();
      } catch (IOException ignored) {
        // It never was open.
      }
      throw new SQLException(
          "no server answers at " + address() + ": " + reason(e), SqlStates.CANNOT_CONNECT, e);
    }
    socket = fresh;
    return fresh;
  }

  private void send(Socket connected, String path, byte[] body) throws IOException {
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nHost: "
                + address()
                + "\r\nContent-Type: application/x-google-protobuf\r\nContent-Length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    // One write, so that a small request is one packet.
    byte[] request = new byte[head.length + body.length];
    System.arraycopy(head, 0, request, 0, head.length);
    System.arraycopy(body, 0, request, head.length, body.length);
    connected.getOutputStream().write(request);
  }

  private byte[] receive() throws IOException, SQLException {
    InputStream input = in;
    if (input == null) {
      throw new IllegalStateException("a request was sent without a connection");
    }
    int[] budget = {HEADER_BYTES_MAX};
    String status = line(input, budget);
    int length = -1;
    boolean keep = true;
    for (String header = line(input, budget); !header.isEmpty(); header = line(input, budget)) {
      int colon = header.indexOf(':');
      String name = colon < 0 ? header : header.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = colon < 0 ? "" : header.substring(colon + 1).strip();
      if (name.equals("content-length")) {
        length = length(value);
      } else if (name.equals("connection")) {
        keep = !value.equalsIgnoreCase("close");
      }
    }
    int code = code(status);
    if (length < 0) {
      throw violation("an answer without a length");
    }
    byte[] body = input.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the answer ends after " + body.length + " of " + length + " bytes");
    }
    if (!keep) {
      drop();
    }
    // Avatica's own errors are messages, and come with 500.
    if (code != 200 && code != 500) {
      throw violation("HTTP status " + code);
    }
    return body;
  }

  private int code(String status) throws SQLException {
    if (status.length() >= 12 && status.startsWith("HTTP/1.")) {
      try {
        return Integer.parseInt(status.substring(9, 12));
      } catch (NumberFormatException e) {
        // Told below.
      }
    }
    throw violation("something that is not HTTP");
  }

  private int length(String value) throws SQLException {
    try {
      long length = Long.parseLong(value);
      if (length >= 0 && length <= BODY_BYTES_MAX) {
        return (int) length;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw violation("an answer of " + value + " bytes, where " + BODY_BYTES_MAX + " are allowed");
  }

  private String line(InputStream input, int[] budget) throws IOException, SQLException {
    StringBuilder line = new StringBuilder();
    for (int c = input.read(); c != LINE_END[1]; c = input.read()) {
      if (c < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (--budget[0] < 0) {
        throw violation("headers of more than " + HEADER_BYTES_MAX + " bytes");
      }
      if (c != LINE_END[0]) {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  private SQLException violation(String what) {
    return new SQLException(
        address() + " answered with " + what + "; is it a Quiver server?",
        SqlStates.PROTOCOL_VIOLATION);
  }

  private String address() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  private static String reason(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void drop() {
    Socket current = socket;
    socket = null;
    if (current != null) {
      try {
        current.close();
      } catch (IOException e) {
        // It is gone either way.
      }
    }
  }

  /** From any thread: a request under way fails. */
  @Override
  public void close() {
    drop();
  }
}
