package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.LocalDateTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.flight.CloseSessionRequest;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStatusCode;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.PreparedStatement;
import org.apache.arrow.flight.sql.FlightSqlClient.Transaction;
import org.apache.arrow.flight.sql.impl.FlightSql.SqlInfo;
import org.apache.arrow.flight.sql.util.TableRef;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.ipc.ReadChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
@SuppressWarnings("try") // Arrow's close() may be interrupted.
class FlightSqlClientTest {
  private final Served served = new Served();
  private final FlightSqlClient client = served.client;

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void everyTypeArrivesWithItsNulls() throws Exception {
    served.run(
        "CREATE TABLE all_types (id INTEGER PRIMARY KEY, b BOOLEAN, i INTEGER, l BIGINT, r REAL,"
            + " d DOUBLE, t TEXT, day DATE, at TIMESTAMP, v VECTOR(3))",
        "INSERT INTO all_types VALUES (1, TRUE, 2, 3, 1.5, 2.5, 'Grüße', DATE '2024-02-29',"
            + " TIMESTAMP '2024-02-29 12:30:00.000001', '[1,2,3]'),"
            + " (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
            + " (3, FALSE, -2, -3, -1.5, -2.5, '', DATE '1969-12-31',"
            + " TIMESTAMP '1969-12-31 23:59:59', '[-1,0,0.5]')");

    assertThat(served.query("SELECT * FROM all_types ORDER BY id"))
        .usingRecursiveComparison()
        .isEqualTo(
            List.of(
                List.of(
                    1,
                    true,
                    2,
                    3L,
                    1.5f,
                    2.5,
                    "Grüße",
                    19_782,
                    LocalDateTime.of(2024, 2, 29, 12, 30, 0, 1_000),
                    List.of(1f, 2f, 3f)),
                java.util.Arrays.asList(2, null, null, null, null, null, null, null, null, null),
                List.of(
                    3,
                    false,
                    -2,
                    -3L,
                    -1.5f,
                    -2.5,
                    "",
                    -1,
                    LocalDateTime.of(1969, 12, 31, 23, 59, 59),
                    List.of(-1f, 0f, 0.5f))));
  }

  @Test
  void emptyResultsHaveTheirColumns() throws Exception {
    FlightInfo info = client.execute("SELECT * FROM (VALUES (1, 'x')) AS v(one, x) WHERE one = 2");

    assertThat(info.getSchemaOptional().orElseThrow().getFields())
        .extracting(Field::getName)
        .containsExactly("one", "x");
    assertThat(served.rows(info)).isEmpty();
  }

  @Test
  void aSliceArrivesWhole() throws Exception {
    fill(5_000);

    assertThat(served.query("SELECT id, t FROM numbers ORDER BY id LIMIT 2100 OFFSET 1999"))
        .hasSize(2_100)
        .startsWith(List.of(1_999, "row 1999"))
        .endsWith(List.of(4_098, "row 4098"));
  }

  @Test
  void aSlowReaderGetsEveryRow() throws Exception {
    fill(100_000);

    long sum = 0;
    int rows = 0;
    try (FlightStream stream = open("SELECT id, t, v FROM numbers")) {
      while (stream.next()) {
        IntVector ids = (IntVector) stream.getRoot().getVector("id");
        VarCharVector texts = (VarCharVector) stream.getRoot().getVector("t");
        for (int row = 0; row < ids.getValueCount(); row++) {
          sum += ids.get(row);
          assertThat(texts.getObject(row).toString()).isEqualTo("row " + ids.get(row));
        }
        rows += ids.getValueCount();
        TimeUnit.MILLISECONDS.sleep(2);
      }
    }
    assertThat(rows).isEqualTo(100_000);
    assertThat(sum).isEqualTo(100_000L * 99_999 / 2);
  }

  @Test
  void wideVectorsTravelInMessagesThatEveryClientTakes() throws Exception {
    served.run("CREATE TABLE wide (id INTEGER PRIMARY KEY, v VECTOR(16384))");
    try (PreparedStatement insert = client.prepare("INSERT INTO wide VALUES (?, ?)");
        VectorSchemaRoot root = parameters(16_384)) {
      bind(root, 200);
      insert.setParameters(root);
      assertThat(insert.executeUpdate()).isEqualTo(200);
    }

    int rows = 0;
    try (FlightStream stream = open("SELECT v FROM wide")) {
      while (stream.next()) {
        assertThat(stream.getRoot().getRowCount() * 16_384L * 4).isLessThanOrEqualTo(8L << 20);
        rows += stream.getRoot().getRowCount();
      }
    }
    assertThat(rows).isEqualTo(200);
  }

  @Test
  void boundVectorsAreSearchedFor() throws Exception {
    served.run(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, v VECTOR(3))",
        "INSERT INTO docs VALUES (1, '[1,0,0]'), (2, '[0,1,0]'), (3, '[0,0,1]')");
    try (PreparedStatement search = client.prepare("SELECT id FROM docs ORDER BY v <-> ? LIMIT 1");
        VectorSchemaRoot root =
            VectorSchemaRoot.create(search.getParameterSchema(), served.allocator)) {
      FixedSizeListVector vectors = (FixedSizeListVector) root.getVector(0);
      assertThat(vectors.getListSize()).isEqualTo(3);
      Float4Vector elements = (Float4Vector) vectors.getDataVector();
      vectors.allocateNew();
      float[] wanted = {0, 0.9f, 0.1f, 0.1f, 0, 0.9f};
      for (int i = 0; i < wanted.length; i++) {
        elements.setSafe(i, wanted[i]);
      }
      vectors.setNotNull(0);
      vectors.setNotNull(1);
      root.setRowCount(2);
      search.setParameters(root);

      assertThat(served.rows(search.execute())).containsExactly(List.of(2), List.of(3));
    }
  }

  @Test
  void aBoundListIsAnArray() throws Exception {
    served.run(
        "CREATE TABLE docs (id INTEGER PRIMARY KEY, t VARCHAR)",
        "INSERT INTO docs VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    try (PreparedStatement search =
            client.prepare("SELECT id FROM docs WHERE id = ANY(?) ORDER BY id");
        VectorSchemaRoot root =
            VectorSchemaRoot.create(search.getParameterSchema(), served.allocator)) {
      ListVector lists = (ListVector) root.getVector(0);
      UnionListWriter writer = lists.getWriter();
      writer.allocate();
      writer.setPosition(0);
      writer.startList();
      writer.writeInt(3);
      writer.writeInt(1);
      writer.writeNull();
      writer.endList();
      root.setRowCount(1);
      search.setParameters(root);

      assertThat(served.rows(search.execute())).containsExactly(List.of(1), List.of(3));
    }
  }

  @Test
  void aQueryWithoutItsParametersIsAnError() throws Exception {
    served.run("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    try (PreparedStatement query = client.prepare("SELECT id FROM t WHERE id = ?")) {
      assertThat(state(() -> served.rows(query.execute()))).isEqualTo("22023");
    }
  }

  @Test
  void severalBoundRowsAreOneChange() throws Exception {
    served.run("CREATE TABLE docs (id INTEGER PRIMARY KEY, v VECTOR(2))");
    try (PreparedStatement insert = client.prepare("INSERT INTO docs VALUES (?, ?)");
        VectorSchemaRoot root = parameters(2)) {
      bind(root, 10);
      insert.setParameters(root);
      assertThat(insert.executeUpdate()).isEqualTo(10);
      ((IntVector) root.getVector(0)).set(0, 100);
      assertThat(state(insert::executeUpdate)).isEqualTo("23505");
    }

    assertThat(served.query("SELECT COUNT(*), MAX(id) FROM docs")).containsExactly(List.of(10L, 9));
  }

  @Test
  void changesSayHowManyRows() {
    assertThat(client.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY)")).isZero();
    assertThat(client.executeUpdate("INSERT INTO t VALUES (1), (2), (3)")).isEqualTo(3);
    assertThat(client.executeUpdate("UPDATE t SET id = id + 10 WHERE id > 1")).isEqualTo(2);
    assertThat(client.executeUpdate("DELETE FROM t")).isEqualTo(3);
  }

  @Test
  void aChangeSentAsAQueryHappensAtOnce() throws Exception {
    client.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    FlightInfo info = client.execute("INSERT INTO t VALUES (1), (2)");

    assertThat(info.getRecords()).isEqualTo(2);
    assertThat(served.rows(info)).isEmpty();
    assertThat(served.query("SELECT COUNT(*) FROM t")).containsExactly(List.of(2L));
  }

  @Test
  void transactionsEndAsTold() throws Exception {
    client.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    Transaction kept = client.beginTransaction();
    client.executeUpdate("INSERT INTO t VALUES (1)", kept);
    assertThat(served.query("SELECT COUNT(*) FROM t")).containsExactly(List.of(0L));
    assertThat(served.rows(client.execute("SELECT COUNT(*) FROM t", kept)))
        .containsExactly(List.of(1L));
    client.commit(kept);
    Transaction dropped = client.beginTransaction();
    client.executeUpdate("INSERT INTO t VALUES (2)", dropped);
    client.rollback(dropped);

    assertThat(served.query("SELECT id FROM t")).containsExactly(List.of(1));
    assertThat(state(() -> client.executeUpdate("INSERT INTO t VALUES (3)", kept)))
        .isEqualTo("25P01");
  }

  @Test
  void aCookieKeepsASessionsTransaction() throws Exception {
    client.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    client.executeUpdate("BEGIN");
    client.executeUpdate("INSERT INTO t VALUES (1)");
    assertThat(served.query("SELECT id FROM t")).containsExactly(List.of(1));
    try (FlightSqlClient other = served.connect(true)) {
      assertThat(served.rows(other.execute("SELECT id FROM t"))).isEmpty();
    }
    client.closeSession(new CloseSessionRequest());

    assertThat(served.query("SELECT id FROM t")).isEmpty();
  }

  @Test
  void anIdleClientsTransactionIsRolledBack() throws Exception {
    client.executeUpdate("CREATE TABLE t (id INTEGER PRIMARY KEY)");
    Transaction left = client.beginTransaction();
    client.executeUpdate("INSERT INTO t VALUES (1)", left);
    served.endpoint.closeIdle(java.time.Duration.ZERO);

    assertThat(state(() -> client.commit(left))).isEqualTo("25P01");
    assertThat(served.query("SELECT id FROM t")).isEmpty();
    assertThat(client.executeUpdate("INSERT INTO t VALUES (1)")).isEqualTo(1);
  }

  @Test
  void clientsWithoutCookiesAreServed() throws Exception {
    try (FlightSqlClient plain = served.connect(false);
        PreparedStatement query = plain.prepare("SELECT 1 + 1")) {
      assertThat(served.rows(query.execute())).containsExactly(List.of(2));
      assertThat(served.rows(plain.execute("SELECT 'x'"))).containsExactly(List.of("x"));
    }
  }

  @Test
  void errorsCarryStateAndMessage() {
    FlightRuntimeException error =
        catchThrowableOfType(
            FlightRuntimeException.class, () -> client.execute("SELECT * FROM missing"));

    assertThat(error.status().code()).isEqualTo(FlightStatusCode.NOT_FOUND);
    assertThat(error).hasMessageContaining("missing").hasMessageContaining("SQLSTATE 42P01");
    assertThat(error.status().metadata().get("x-quiver-sqlstate")).isEqualTo("42P01");
    assertThat(state(() -> client.prepare("SELEC 1"))).isEqualTo("42601");
    assertThat(state(() -> client.executeUpdate("SELECT 1"))).isEqualTo("22023");
    assertThat(state(() -> served.query("SELECT 1 / (x - x) FROM (VALUES (1)) AS t(x)")))
        .isEqualTo("22012");
  }

  @Test
  void oneCancelledStreamLeavesTheOthersOfItsSession() throws Exception {
    fill(100_000);
    try (FlightStream kept = open("SELECT id, v FROM numbers")) {
      assertThat(kept.next()).isTrue();
      int rows = kept.getRoot().getRowCount();
      try (FlightStream dropped = open("SELECT id, v FROM numbers")) {
        assertThat(dropped.next()).isTrue();
        dropped.cancel("enough", null);
      }
      while (kept.next()) {
        rows += kept.getRoot().getRowCount();
      }
      assertThat(rows).isEqualTo(100_000);
    }
  }

  @Test
  void closingEndsWhatRuns() throws Exception {
    fill(5_000);
    try (FlightStream stream = open("SELECT a.id, b.v FROM numbers a, numbers b")) {
      assertThat(stream.next()).isTrue();
      long start = System.nanoTime();
      served.endpoint.close(java.time.Duration.ofMillis(50));
      assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(8);
    }
  }

  @Test
  void theCatalogIsListed() throws Exception {
    served.run("CREATE TABLE docs (id INTEGER, lang TEXT, v VECTOR(3), PRIMARY KEY (lang, id))");

    assertThat(served.rows(client.getCatalogs())).containsExactly(List.of("test"));
    assertThat(served.rows(client.getSchemas("test", "pub%")))
        .containsExactly(List.of("test", "public"));
    assertThat(served.rows(client.getSchemas("other", null))).isEmpty();
    assertThat(served.rows(client.getTableTypes()))
        .containsExactly(List.of("TABLE"), List.of("VIEW"), List.of("SYSTEM TABLE"));
    assertThat(served.rows(client.getTables(null, null, "d_cs", List.of("TABLE"), false)))
        .containsExactly(List.of("test", "public", "docs", "TABLE"));
    assertThat(served.rows(client.getPrimaryKeys(TableRef.of("test", "public", "docs"))))
        .extracting(row -> row.subList(0, 5))
        .containsExactly(
            List.of("test", "public", "docs", "lang", 1),
            List.of("test", "public", "docs", "id", 2));
    assertThat(served.rows(client.getPrimaryKeys(TableRef.of("other", null, "docs")))).isEmpty();
    assertThat(served.rows(client.getExportedKeys(TableRef.of(null, null, "docs")))).isEmpty();
  }

  @Test
  void foreignKeysAreListed() throws Exception {
    served.run("CREATE TABLE parent (x INTEGER, y INTEGER, PRIMARY KEY (x, y))");
    served.run(
        "CREATE TABLE child (b INTEGER, a INTEGER, CONSTRAINT fk FOREIGN KEY (b, a) REFERENCES"
            + " parent (y, x) ON DELETE CASCADE)");
    TableRef parent = TableRef.of(null, "public", "parent");
    TableRef child = TableRef.of("test", null, "child");
    for (FlightInfo info :
        List.of(
            client.getExportedKeys(parent),
            client.getImportedKeys(child),
            client.getCrossReference(parent, child))) {
      List<List<@Nullable Object>> rows = served.rows(info);
      assertThat(rows).hasSize(2);
      assertThat(rows.getFirst().subList(1, 4)).isEqualTo(List.of("public", "parent", "y"));
      assertThat(rows.getFirst().subList(5, 11))
          .isEqualTo(List.of("public", "child", "b", 1, "fk", "parent_pkey"));
      assertThat(rows.getLast().subList(6, 9)).isEqualTo(List.of("child", "a", 2));
      assertThat(rows.getLast().subList(11, 13).toString()).isEqualTo("[3, 0]");
    }
    assertThat(served.rows(client.getCrossReference(child, parent))).isEmpty();
  }

  @Test
  void tablesAreListedWithTheirSchema() throws Exception {
    served.run("CREATE TABLE docs (id INTEGER PRIMARY KEY, v VECTOR(3))");
    FlightInfo info = client.getTables(null, "public", "docs", null, true);
    try (FlightStream stream = client.getStream(info.getEndpoints().getFirst().getTicket())) {
      assertThat(stream.next()).isTrue();
      byte[] bytes = ((VarBinaryVector) stream.getRoot().getVector("table_schema")).get(0);
      Schema schema =
          MessageSerializer.deserializeSchema(
              new ReadChannel(
                  java.nio.channels.Channels.newChannel(new java.io.ByteArrayInputStream(bytes))));
      assertThat(schema.getFields()).extracting(Field::getName).containsExactly("id", "v");
      assertThat(schema.findField("id").isNullable()).isFalse();
      assertThat(schema.findField("v").getType()).isEqualTo(new ArrowType.FixedSizeList(3));
    }
  }

  @Test
  void theServerSaysWhatItIs() throws Exception {
    assertThat(served.rows(client.getSqlInfo(SqlInfo.FLIGHT_SQL_SERVER_NAME)))
        .containsExactly(List.of(SqlInfo.FLIGHT_SQL_SERVER_NAME_VALUE, "Quiver"));
    assertThat(served.rows(client.getSqlInfo(new int[0]))).hasSizeGreaterThan(15);
    assertThat(
            served
                .rows(client.getSqlInfo(SqlInfo.SQL_KEYWORDS, SqlInfo.SQL_STRING_FUNCTIONS))
                .toString())
        .contains("QUALIFY", "split_part");
  }

  private FlightStream open(String sql) {
    return client.getStream(client.execute(sql).getEndpoints().getFirst().getTicket());
  }

  private void fill(int rows) throws Exception {
    served.run("CREATE TABLE numbers (id INTEGER PRIMARY KEY, t TEXT, v VECTOR(16))");
    try (io.quiver.engine.Session session = served.database.connect()) {
      session.setAutoCommit(false);
      StringBuilder values = new StringBuilder();
      for (int i = 0; i < rows; i++) {
        values
            .append(values.isEmpty() ? "" : ", ")
            .append("(" + i + ", 'row " + i + "', '[" + i + ",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]')");
        if (i % 1_000 == 999 || i == rows - 1) {
          session.execute("INSERT INTO numbers VALUES " + values).close();
          values.setLength(0);
        }
      }
      session.commit();
    }
  }

  private VectorSchemaRoot parameters(int dimension) {
    Field element =
        new Field(
            "item",
            FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
            null);
    return VectorSchemaRoot.create(
        new Schema(
            List.of(
                Field.nullable("1", new ArrowType.Int(32, true)),
                new Field(
                    "2",
                    FieldType.nullable(new ArrowType.FixedSizeList(dimension)),
                    List.of(element)))),
        served.allocator);
  }

  /** Ids from 0, each with a vector of itself. */
  private static void bind(VectorSchemaRoot root, int rows) {
    IntVector ids = (IntVector) root.getVector(0);
    FixedSizeListVector vectors = (FixedSizeListVector) root.getVector(1);
    Float4Vector elements = (Float4Vector) vectors.getDataVector();
    ids.allocateNew(rows);
    vectors.setInitialCapacity(rows);
    vectors.allocateNew();
    for (int row = 0; row < rows; row++) {
      ids.set(row, row);
      vectors.setNotNull(row);
      for (int i = 0; i < vectors.getListSize(); i++) {
        elements.setSafe(row * vectors.getListSize() + i, row);
      }
    }
    root.setRowCount(rows);
  }

  private static @org.jspecify.annotations.Nullable String state(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    FlightRuntimeException error = catchThrowableOfType(FlightRuntimeException.class, call);
    assertThat(error).isNotNull();
    return error.status().metadata().get("x-quiver-sqlstate");
  }
}
