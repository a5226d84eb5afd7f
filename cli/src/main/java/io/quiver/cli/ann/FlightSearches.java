package io.quiver.cli.ann;

import io.quiver.flight.FlightSqlEndpoint;
import io.quiver.vector.index.Effort;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.client.ClientCookieMiddleware;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.apache.arrow.vector.util.Text;

/** Searches a {@link BenchTable} by a prepared statement of Flight SQL. */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
final class FlightSearches implements SearchTarget.Client {
  private static final ArrowType FLOAT = new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);

  private final AnnData data;
  private final BufferAllocator allocator = FlightSqlEndpoint.allocator();
  private final FlightSqlClient client;
  private final FlightSqlClient.PreparedStatement search;
  private final Schema parameters;
  private final List<float[]> queries = new ArrayList<>();

  FlightSearches(AnnData data, int k, int port) {
    this.data = data;
    client =
        new FlightSqlClient(
            FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port))
                .intercept(new ClientCookieMiddleware.Factory())
                .build());
    search = client.prepare(BenchTable.search(data, k));
    parameters = parameters();
    for (int query = 0; query < data.queries().count(); query++) {
      queries.add(AnnData.floats(data.queries(), query));
    }
  }

  private Schema parameters() {
    List<Field> fields = new ArrayList<>();
    if (data.filters().areThere()) {
      ArrowType type =
          data.filters().areIntegers() ? new ArrowType.Int(32, true) : ArrowType.Utf8.INSTANCE;
      fields.add(Field.nullable("scalar", type));
    }
    fields.add(
        new Field(
            "emb",
            FieldType.nullable(new ArrowType.FixedSizeList(data.queries().dimension())),
            List.of(new Field("item", FieldType.nullable(FLOAT), null))));
    return new Schema(fields);
  }

  @Override
  public void setEffort(Effort effort) {
    BenchTable.settings(effort).forEach(sql -> client.executeUpdate(sql));
  }

  @Override
  public int search(int query, int[] rows) {
    VectorSchemaRoot root = VectorSchemaRoot.create(parameters, allocator);
    bind(root, query);
    // The statement closes it when the next one is bound.
    search.setParameters(root);
    FlightInfo info = search.execute();
    int count = 0;
    for (FlightEndpoint part : info.getEndpoints()) {
      try (FlightStream stream = client.getStream(part.getTicket())) {
        while (stream.next()) {
          IntVector ids = (IntVector) stream.getRoot().getVector(0);
          for (int i = 0; i < ids.getValueCount(); i++) {
            rows[count++] = ids.get(i);
          }
        }
      } catch (Exception e) {
        throw new IllegalStateException("the answer cannot be read: " + e.getMessage(), e);
      }
    }
    return count;
  }

  private void bind(VectorSchemaRoot root, int query) {
    if (data.filters().areThere()) {
      String wanted = data.filters().wanted().get(query);
      FieldVector scalar = root.getVector("scalar");
      if (scalar instanceof IntVector integers) {
        integers.setSafe(0, Integer.parseInt(wanted));
      } else {
        ((VarCharVector) scalar).setSafe(0, new Text(wanted));
      }
    }
    FixedSizeListVector list = (FixedSizeListVector) root.getVector("emb");
    float[] vector = queries.get(query);
    Float4Vector elements = (Float4Vector) list.getDataVector();
    elements.allocateNew(vector.length);
    for (int i = 0; i < vector.length; i++) {
      elements.set(i, vector[i]);
    }
    elements.setValueCount(vector.length);
    list.setNotNull(0);
    list.setValueCount(1);
    root.setRowCount(1);
  }

  @Override
  public void close() {
    search.close();
    try {
      client.close();
    } catch (Exception e) {
      throw new IllegalStateException("the client cannot be closed: " + e.getMessage(), e);
    }
    allocator.close();
  }
}
