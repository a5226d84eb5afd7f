package io.quiver.sqllogic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An application that knows of no JVM flag gets the same answers, and one hint. */
class WithoutFlagsTest {
  @Test
  void embeddedJdbcWorksAndNamesTheFlagOnce() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    ProcessHandle.current().info().command().orElse("java"),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Application.class.getName()))
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(errors).isZero();
    assertThat(output.strip()).isEqualTo("2 [1,0] 0.0");
    assertThat(errors.lines().filter(line -> line.contains("jdk.incubator.vector"))).hasSize(1);
    // Ours is a line and the logger's date above it. Java 24 and later add four about protobuf,
    // which Avatica's client classes load; nothing else is said.
    assertThat(errors.lines().filter(line -> !isAboutProtobuf(line))).hasSize(2);
  }

  private static boolean isAboutProtobuf(String line) {
    return line.contains("sun.misc.Unsafe") || line.contains("com.google.protobuf");
  }

  /** The application. */
  static final class Application {
    private Application() {}

    public static void main(String[] arguments) throws SQLException {
      try (Connection connection = DriverManager.getConnection("jdbc:quiver:mem:plain");
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE t (id INTEGER, v VECTOR(2))");
        statement.execute("INSERT INTO t VALUES (1, '[0,1]'), (2, '[1,0]')");
        try (ResultSet rows =
            statement.executeQuery("SELECT id, v, v <=> '[2,0]' AS d FROM t ORDER BY d LIMIT 1")) {
          rows.next();
          System.out.println(rows.getInt(1) + " " + rows.getString(2) + " " + rows.getDouble(3));
        }
      }
    }
  }
}
