package io.quiver.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        .isEqualTo(
            new QuiverUrl.Directory(
                "/var/data", false, false, OptionalLong.empty(), QuiverUrl.Builds.USUAL));
  }

  @Test
  void aDirectoryIsOpenedAsItsUrlSays() throws SQLException {
    String url = "jdbc:quiver:file:/var/data?";
    assertThat(QuiverUrl.parse(url + "memory=mapped&readOnly=true"))
        .isEqualTo(
            new QuiverUrl.Directory(
                "/var/data", true, true, OptionalLong.empty(), QuiverUrl.Builds.USUAL));
    assertThat(QuiverUrl.parse(url + "memory=resident&cache=2g"))
        .isEqualTo(
            new QuiverUrl.Directory(
                "/var/data", false, false, OptionalLong.of(2L << 30), QuiverUrl.Builds.USUAL));
    assertThat(QuiverUrl.parse(url + "indexBuildThreads=2&indexBuildMemory=512m"))
        .isEqualTo(
            new QuiverUrl.Directory(
                "/var/data",
                false,
                false,
                OptionalLong.empty(),
                new QuiverUrl.Builds(OptionalInt.of(2), OptionalLong.of(512L << 20))));
    assertThat(QuiverUrl.properties(url + "memory=mapped&cache=0&user=ann", new Properties()))
        .containsOnlyKeys("user");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "memory=",
        "memory=MAPPED",
        "memory=swap",
        "cache=",
        "cache=-1",
        "cache=2x",
        "indexBuildThreads=",
        "indexBuildThreads=two",
        "indexBuildMemory=2x"
      })
  void aWayThatIsNoneIsRefusedAndNamed(String property) {
    assertThatThrownBy(() -> QuiverUrl.parse("jdbc:quiver:file:/var/data?" + property))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08001"))
        .hasMessageStartingWith(property.substring(0, property.indexOf('=')) + " in a URL");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"memory=mapped", "cache=2g", "indexBuildThreads=2", "indexBuildMemory=1g"})
  void onlyADirectoryHasFiles(String property) {
    for (String url : new String[] {"jdbc:quiver:mem:a?", "jdbc:quiver://host/?"}) {
      assertThatThrownBy(() -> QuiverUrl.properties(url + property, new Properties()))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("unknown connection property");
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1000,1000", "3k,3072", "512m,536870912", "64MB,67108864", "1T,1099511627776"})
  void sizesAreNumbersWithAUnit(String text, long bytes) {
    assertThat(DataSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "1.5g", "-1", "2 g", "9223372036854775808", "9999999999999t"})
  void anythingElseIsNoSize(String text) {
    assertThatThrownBy(() -> DataSize.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
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
