import java.io.DataInputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * An application with the -all driver jar alone on its class path: {@code DriverCheck JAR URL}.
 * Java 17. Ends with an exception when something is not as it must be.
 */
final class DriverCheck {
  private static final int JAVA_17 = 61;

  private DriverCheck() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    checkClassFiles(arguments[0]);
    try (Connection connection = DriverManager.getConnection(arguments[1])) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR, v VECTOR(3))");
      }
      try (PreparedStatement insert =
          connection.prepareStatement("INSERT INTO items VALUES (?, ?, ?)")) {
        for (int i = 0; i < 3; i++) {
          float[] vector = new float[3];
          vector[i] = 1;
          insert.setInt(1, i);
          insert.setString(2, "한국어 " + i);
          insert.setObject(3, vector);
          insert.addBatch();
        }
        insert.executeBatch();
      }
      try (PreparedStatement search =
          connection.prepareStatement("SELECT id, name, v FROM items ORDER BY v <=> ? LIMIT 1")) {
        search.setObject(1, new float[] {0.1f, 0.2f, 0.9f});
        try (ResultSet rows = search.executeQuery()) {
          check(rows.next(), "a row");
          check(rows.getInt(1) == 2, "row 2");
          check(rows.getString(2).equals("한국어 2"), "its name");
          check(rows.getString(3).equals("[0,0,1]"), "its vector");
        }
      }
    }
    System.out.println(
        "driver jar used by Java "
            + Runtime.version().feature()
            + ", with "
            + Collections.list(DriverManager.getDrivers()).size()
            + " driver");
  }

  /** Java 17 can load every class that it may come upon. */
  private static void checkClassFiles(String file) throws IOException {
    try (JarFile jar = new JarFile(file)) {
      int classes = 0;
      for (JarEntry entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (name.endsWith(".class") && !name.startsWith("META-INF/")) {
          try (DataInputStream in = new DataInputStream(jar.getInputStream(entry))) {
            in.skipBytes(6);
            check(in.readUnsignedShort() <= JAVA_17, name + " for Java 17");
            classes++;
          }
        }
      }
      check(classes > 1_000, "the driver's libraries, inside");
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("wanted " + what);
    }
  }
}
