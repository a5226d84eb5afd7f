package io.quiver.cli.dump;

import io.quiver.types.SqlType;
import io.quiver.types.SqlTypeNames;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tables of every type with rows, views, indexes and comments, by a seed. */
final class RandomDatabase {
  private static final List<String> TYPES =
      List.of(
          "BOOLEAN",
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "REAL",
          "DOUBLE",
          "DECIMAL(38, 0)",
          "DECIMAL(38, 38)",
          "DECIMAL(5, 2)",
          "VARCHAR",
          "VARCHAR(12)",
          "VARBINARY",
          "DATE",
          "TIME",
          "TIMESTAMP",
          "TIMESTAMP WITH TIME ZONE",
          "UUID",
          "JSON",
          "INTEGER ARRAY",
          "VARCHAR ARRAY",
          "DOUBLE ARRAY",
          "TIMESTAMP WITH TIME ZONE ARRAY",
          "VECTOR(3)",
          "VECTOR(5, FLOAT16)",
          "VECTOR(2, BFLOAT16)",
          "VECTOR(4, INT8)",
          "VECTOR(11, BINARY)");
  private static final List<String> TEXTS =
      List.of("", "it's", "한국어; ü", "a,b\"c\\d", "{x}", "NULL", "line\nline", "\t tab ");

  private final Random random;
  private final Connection connection;

  RandomDatabase(Connection connection, long seed) {
    this.connection = connection;
    this.random = new Random(seed);
  }

  void make() throws SQLException {
    run("CREATE SCHEMA \"odd, name\"");
    int tables = 2 + random.nextInt(3);
    for (int i = 0; i < tables; i++) {
      makeTable(random.nextBoolean() ? "public.t" + i : "\"odd, name\".\"T " + i + "\"");
    }
    run("CREATE TABLE \"odd, name\".empty (id INTEGER PRIMARY KEY, v VECTOR(2))");
    run("CREATE TABLE everything (" + columns(TYPES) + ")");
    insert("everything", TYPES, 50);
    run("CREATE VIEW zz AS SELECT c0, c3 FROM everything");
    run("CREATE VIEW aa AS SELECT * FROM zz");
    run("COMMENT ON VIEW aa IS 'of zz; it''s'");
    run("CREATE INDEX by_number ON everything (c3 DESC)");
    run("COMMENT ON INDEX by_number IS 'some'");
    run(
        "CREATE INDEX near ON everything USING hnsw (c"
            + TYPES.indexOf("VECTOR(3)")
            + " vector_cosine_ops)");
    run(
        "CREATE TABLE counted (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n INTEGER"
            + " DEFAULT 7, d TEXT DEFAULT 'it''s; so')");
    run("INSERT INTO counted (n) VALUES (1), (2), (3)");
    run("DELETE FROM counted WHERE n = 3");
    run("ALTER TABLE counted ADD COLUMN late DOUBLE DEFAULT 2.5");
    run("COMMENT ON TABLE counted IS 'it''s counted'");
    run("COMMENT ON COLUMN counted.n IS 'a number'");
    makeConstraints();
  }

  /** Keys, conditions, foreign keys in a circle, and sequences that have given values. */
  private void makeConstraints() throws SQLException {
    run(
        "CREATE SEQUENCE \"odd, name\".steps INCREMENT BY -3 MINVALUE -1000 MAXVALUE 50 START WITH "
            + random.nextInt(50)
            + (random.nextBoolean() ? " CYCLE" : ""));
    run("CREATE SEQUENCE spent MINVALUE 1 MAXVALUE 2");
    run("CREATE SEQUENCE untouched START WITH 7");
    run("SELECT nextval('spent'), nextval('spent')");
    run(
        "CREATE TABLE parent (a INTEGER DEFAULT nextval('\"odd, name\".steps'), b TEXT NOT NULL,"
            + " other BIGINT, CONSTRAINT \"by a; b\" PRIMARY KEY (b, a), UNIQUE (a),"
            + " CONSTRAINT small CHECK (a < 1000 AND b <> ';'))");
    run("CREATE UNIQUE INDEX others ON parent (other)");
    run(
        "CREATE TABLE \"odd, name\".child (id INTEGER PRIMARY KEY, x INTEGER DEFAULT 900, y TEXT,"
            + " FOREIGN KEY (x, y) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL,"
            + " CONSTRAINT \"to a\" FOREIGN KEY (x) REFERENCES parent (a) ON DELETE SET DEFAULT)");
    run("INSERT INTO parent VALUES (900, 'default', 1)");
    int parents = 1 + random.nextInt(20);
    for (int i = 0; i < parents; i++) {
      run(
          "INSERT INTO parent (b, other) VALUES ('it''s', "
              + (random.nextInt(3) == 0 ? "NULL" : i + 2)
              + ")");
    }
    run("INSERT INTO \"odd, name\".child SELECT a + 2000, a, b FROM parent");
    run("ALTER TABLE counted ADD COLUMN parent INTEGER");
    run("ALTER TABLE counted ADD FOREIGN KEY (parent) REFERENCES parent (a) ON DELETE SET NULL");
    run("UPDATE counted SET parent = 900 WHERE id = 1");
  }

  private void makeTable(String name) throws SQLException {
    List<String> types =
        IntStream.range(0, 1 + random.nextInt(6))
            .mapToObj(i -> TYPES.get(random.nextInt(TYPES.size())))
            .toList();
    boolean key = random.nextBoolean();
    run(
        "CREATE TABLE "
            + name
            + " ("
            + (key ? "id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, " : "")
            + columns(types)
            + ")");
    for (int i = random.nextInt(4); i > 0; i--) {
      insert(name, types, random.nextInt(700));
      if (random.nextBoolean()) {
        run("FLUSH");
      }
      if (key) {
        run("DELETE FROM " + name + " WHERE id % " + (2 + random.nextInt(5)) + " = 0");
        run("UPDATE " + name + " SET c0 = NULL WHERE id % 7 = 1");
      }
    }
  }

  private static String columns(List<String> types) {
    return IntStream.range(0, types.size())
        .mapToObj(i -> "c" + i + " " + types.get(i))
        .collect(Collectors.joining(", "));
  }

  private void insert(String table, List<String> types, int rows) throws SQLException {
    String names =
        IntStream.range(0, types.size()).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));
    for (int done = 0; done < rows; done += 200) {
      List<String> all = new ArrayList<>();
      for (int row = done; row < Math.min(rows, done + 200); row++) {
        all.add(types.stream().map(this::value).collect(Collectors.joining(", ", "(", ")")));
      }
      run("INSERT INTO " + table + " (" + names + ") VALUES " + String.join(", ", all));
    }
  }

  private String value(String name) {
    if (random.nextInt(6) == 0) {
      return "NULL";
    }
    SqlType type = Objects.requireNonNull(SqlTypeNames.parse(name));
    return "CAST('" + text(type).replace("'", "''") + "' AS " + name + ")";
  }

  private String text(SqlType type) {
    return switch (type) {
      case SqlType.Simple simple -> text(simple);
      case SqlType.Decimal(int precision, int scale) ->
          new BigDecimal(
                  new BigInteger(1 + random.nextInt(precision * 3), random)
                      .mod(BigInteger.TEN.pow(precision)),
                  scale)
              .multiply(BigDecimal.valueOf(random.nextBoolean() ? 1 : -1))
              .toPlainString();
      case SqlType.Varchar(int length) -> {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        yield text.length() > length ? text.substring(0, length) : text;
      }
      case SqlType.Varbinary bytes -> "\\x" + "00ff7f80".substring(0, 2 * random.nextInt(5));
      case SqlType.Array array ->
          IntStream.range(0, random.nextInt(4))
              .mapToObj(i ->
                  random.nextInt(4) == 0
                      ? "NULL"
                      : '"'
                          + text(array.element()).replace("\\", "\\\\").replace("\"", "\\\"")
                          + '"')
              .collect(Collectors.joining(",", "{", "}"));
      case SqlType.Vector vector -> vector(vector);
    };
  }

  private String vector(SqlType.Vector vector) {
    return IntStream.range(0, vector.dimension())
        .mapToObj(i ->
            switch (vector.element()) {
              case FLOAT32 -> Float.toString(random.nextFloat() * 1e20f - 5e19f);
              case FLOAT16, BFLOAT16 -> Float.toString((random.nextInt(4000) - 2000) / 8f);
              case INT8 -> Integer.toString(random.nextInt(256) - 128);
              case BINARY -> Integer.toString(random.nextInt(2));
            })
        .collect(Collectors.joining(",", "[", "]"));
  }

  private String text(SqlType.Simple type) {
    return switch (type) {
      case BOOLEAN -> Boolean.toString(random.nextBoolean());
      case TINYINT -> Integer.toString(random.nextInt(256) - 128);
      case SMALLINT -> Integer.toString(random.nextInt(65_536) - 32_768);
      case INTEGER -> Integer.toString(random.nextInt());
      case BIGINT -> Long.toString(random.nextLong());
      case REAL -> {
        float value = Float.intBitsToFloat(random.nextInt());
        yield Float.toString(value);
      }
      case DOUBLE -> {
        double value =
            switch (random.nextInt(5)) {
              case 0 -> Double.NaN;
              case 1 -> Double.NEGATIVE_INFINITY;
              case 2 -> -0.0;
              default -> Double.longBitsToDouble(random.nextLong());
            };
        yield Double.toString(value);
      }
      case DATE ->
          "%04d-%02d-%02d"
              .formatted(1 + random.nextInt(9_000), 1 + random.nextInt(12), 1 + random.nextInt(28));
      case TIME ->
          "%02d:%02d:%02d.%06d"
              .formatted(
                  random.nextInt(24),
                  random.nextInt(60),
                  random.nextInt(60),
                  random.nextInt(1_000_000));
      case TIMESTAMP -> text(SqlType.Simple.DATE) + " " + text(SqlType.Simple.TIME);
      case TIMESTAMP_TZ -> text(SqlType.Simple.TIMESTAMP) + "+05:30";
      case UUID -> new UUID(random.nextLong(), random.nextLong()).toString();
      case JSON ->
          List.of("null", "{\"a\": [1, 2.50], \"ü\":\"'\"}", "\"x\"", "1e3").get(random.nextInt(4));
    };
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + " in " + sql, e.getSQLState(), e);
    }
  }
}
