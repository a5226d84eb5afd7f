package io.quiver.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The driver with nothing of Quiver's beside it, as in an application that talks to a server. */
class DriverAloneTest {
  @ParameterizedTest
  @CsvSource({"jdbc:quiver:mem:a", "jdbc:quiver:file:/nowhere"})
  void anEmbeddedUrlNamesTheMissingJar(String url) {
    assertThatThrownBy(() -> DriverManager.getConnection(url))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
        .hasMessageContaining("quiver-avatica")
        .hasMessageContaining("jdbc:quiver://host:port/");
  }

  @Test
  void aServerThatIsAwayIsNamed() throws IOException {
    int port;
    try (ServerSocket closedAtOnce = new ServerSocket(0)) {
      port = closedAtOnce.getLocalPort();
    }
    assertThatThrownBy(() -> DriverManager.getConnection("jdbc:quiver://127.0.0.1:" + port + "/"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
        .hasMessageContaining("127.0.0.1:" + port);
  }

  @ParameterizedTest
  @CsvSource({
    "'HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno', 08P01, HTTP status 404",
    "'HTTP/1.1 302 Found\r\nLocation: http://x/\r\nContent-Length: 0\r\n\r\n', 08P01, status 302",
    "'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n', 08P01, 99999999999 bytes",
    "'HTTP/1.1 200 OK\r\n\r\n', 08P01, without a length",
    "'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 08P01, no Avatica message",
    "'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhe', 08006, 2 of 9 bytes",
    "'SSH-2.0-OpenSSH_9.6\r\n\r\n', 08P01, not HTTP",
    "'', 08006, closed the connection",
  })
  void aStrangeAnswerIsAClearError(String answer, String state, String message) throws Exception {
    try (ServerSocket server = new ServerSocket(0)) {
      Thread stranger = new Thread(() -> answerOnce(server, answer));
      stranger.start();
      String url = "jdbc:quiver://127.0.0.1:" + server.getLocalPort() + "/";
      assertThatThrownBy(() -> DriverManager.getConnection(url))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state))
          .hasMessageContaining(message);
      stranger.join();
    }
  }

  private static void answerOnce(ServerSocket server, String answer) {
    try (Socket client = server.accept();
        OutputStream out = client.getOutputStream()) {
      byte[] request = new byte[1 << 16];
      int read = client.getInputStream().read(request);
      assertThat(read).isPositive();
      out.write(answer.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
