package io.quiver.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.ExecuteIngestOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.memory.util.Float16;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Vectors of every element, bound to inserts and searches, and ingested. */
@Timeout(60)
@SuppressWarnings("try") // Arrow's close() may be interrupted.
class BoundVectorsTest {
  private static final ArrowType HALF = new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
  private static final ArrowType DOUBLE =
      new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE);

  private final Served served = new Served();
  private final FlightSqlClient client = served.client;

  @BeforeEach
  void create() {
    served.run(
        "CREATE TABLE t (b VECTOR(16, BINARY), i VECTOR(2, INT8), h VECTOR(2, FLOAT16),"
            + " f VECTOR(2))");
  }

  @AfterEach
  void close() throws Exception {
    served.close();
  }

  @Test
  void eachElementIsInsertedAndFound() throws Exception {
    try (VectorSchemaRoot root = rows();
        FlightSqlClient.PreparedStatement insert =
            client.prepare("INSERT INTO t VALUES (?, ?, ?, ?)")) {
      insert.setParameters(root);
      assertThat(insert.executeUpdate()).isEqualTo(2);
    }
    checkRows();
    try (VectorSchemaRoot root = rows();
        FlightSqlClient.PreparedStatement search =
            client.prepare(
                "SELECT b <~> ?, i <-> ?, h <-> ?, f <-> ? FROM t WHERE b IS NOT NULL")) {
      search.setParameters(root);
      List<?> zeros = List.of(0.0, 0.0, 0.0, 0.0);
      assertThat(served.rows(search.execute()).getFirst()).isEqualTo(zeros);
    }
  }

  @Test
  void eachElementIsIngested() throws Exception {
    try (VectorSchemaRoot root = rows()) {
      long count =
          client.executeIngest(
              root,
              new ExecuteIngestOptions(
                  "t",
                  TableDefinitionOptions.newBuilder()
                      .setIfExists(TableExistsOption.TABLE_EXISTS_OPTION_APPEND)
                      .build(),
                  null,
                  null,
                  java.util.Map.of()));
      assertThat(count).isEqualTo(2);
    }
    checkRows();
  }

  @Test
  void anotherWidthIsAnErrorThatSaysSo() throws Exception {
    try (VectorSchemaRoot root =
            VectorSchemaRoot.create(
                new Schema(List.of(Field.nullable("b", new ArrowType.FixedSizeBinary(3)))),
                served.allocator);
        FlightSqlClient.PreparedStatement insert = client.prepare("INSERT INTO t (b) VALUES (?)")) {
      ((FixedSizeBinaryVector) root.getVector(0)).setSafe(0, new byte[3]);
      root.setRowCount(1);
      insert.setParameters(root);
      assertThatThrownBy(insert::executeUpdate)
          .hasMessageContaining("row 1, column \"b\"")
          .hasMessageContaining("expected the 2 bytes of a VECTOR(16, BINARY), found 3")
          .hasMessageContaining("22000");
    }
  }

  private void checkRows() throws Exception {
    assertThat(served.query("SELECT b::text, i::text, h::text, f::text FROM t"))
        .containsExactly(
            List.of("1000000000000001", "[1,-2]", "[0.5,-2]", "[0.25,3]"),
            java.util.Arrays.asList(null, null, null, null));
  }

  /** A row of vectors and a row of nulls. */
  private VectorSchemaRoot rows() {
    VectorSchemaRoot root =
        VectorSchemaRoot.create(
            new Schema(
                List.of(
                    Field.nullable("b", new ArrowType.FixedSizeBinary(2)),
                    list("i", new ArrowType.Int(8, true)),
                    list("h", HALF),
                    list("f", DOUBLE))),
            served.allocator);
    ((FixedSizeBinaryVector) root.getVector("b")).setSafe(0, new byte[] {(byte) 0x80, 1});
    TinyIntVector bytes = (TinyIntVector) elements(root, "i");
    bytes.setSafe(0, 1);
    bytes.setSafe(1, -2);
    Float2Vector halves = (Float2Vector) elements(root, "h");
    halves.setSafe(0, Float16.toFloat16(0.5f));
    halves.setSafe(1, Float16.toFloat16(-2f));
    Float8Vector doubles = (Float8Vector) elements(root, "f");
    doubles.setSafe(0, 0.25);
    doubles.setSafe(1, 3);
    root.setRowCount(2);
    return root;
  }

  private static FieldVector elements(VectorSchemaRoot root, String column) {
    FixedSizeListVector list = (FixedSizeListVector) root.getVector(column);
    list.allocateNew();
    list.setNotNull(0);
    return list.getDataVector();
  }

  private static Field list(String name, ArrowType element) {
    return new Field(
        name,
        FieldType.nullable(new ArrowType.FixedSizeList(2)),
        List.of(Field.nullable("item", element)));
  }
}
