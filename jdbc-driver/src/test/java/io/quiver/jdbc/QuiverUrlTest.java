package io.quiver.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuiverUrlTest {
  @Test
  void eachFormPointsToItsPlace() throws SQLException {
    assertThat(QuiverUrl.parse("jdbc:quiver://db.example:7171/?user=ann"))
        .isEqualTo(new QuiverUrl.Server("db.example", 7171));
    assertThat(QuiverUrl.parse("jdbc:quiver://db.example"))
        .isEqualTo(new QuiverUrl.Server("db.example", 7070));
    assertThat(QuiverUrl.parse("jdbc:quiver://[::1]:9/")).isEqualTo(new QuiverUrl.Server("::1", 9));
    assertThat(QuiverUrl.parse("jdbc:quiver:mem:demo")).isEqualTo(new QuiverUrl.InMemory("demo"));
    assertThat(QuiverUrl.parse("jdbc:quiver:file:/var/data"))
        .isEqualTo(new QuiverUrl.Directory("/var/data", false, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:quiver:",
        "jdbc:quiver:mem:",
        "jdbc:quiver:file:",
        "jdbc:quiver://",
        "jdbc:quiver://host:port/",
        "jdbc:quiver://host:70700/",
        "jdbc:quiver://host/database"
      })
  void anythingElseIsRefusedAndNamed(String url) {
    assertThatThrownBy(() -> QuiverUrl.parse(url))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
        .hasMessageContaining(url);
  }

  @ParameterizedTest
  @ValueSource(strings = {"factory", "httpclient_impl", "url", "lb_strategy", "truststore"})
  void noPropertyNamesAClassOrAFile(String name) throws SQLException {
    assertThatThrownBy(() ->
            QuiverUrl.properties(
                "jdbc:quiver://host/?" + name + "=java.lang.Runtime", new Properties()))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(name);

    Properties given = new Properties();
    given.setProperty(name, "java.lang.Runtime");
    given.setProperty("user", "ann");
    assertThat(QuiverUrl.properties("jdbc:quiver://host/", given)).containsOnlyKeys("user");
  }
}
