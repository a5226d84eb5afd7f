package io.quiver.bench;

import com.sun.management.OperatingSystemMXBean;
import io.quiver.engine.Database;
import io.quiver.engine.DatabaseOptions;
import io.quiver.engine.Session;
import io.quiver.flight.FlightSqlEndpoint;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.sql.FlightSqlClient;
import org.apache.arrow.flight.sql.FlightSqlClient.ExecuteIngestOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions;
import org.apache.arrow.flight.sql.impl.FlightSql.CommandStatementIngest.TableDefinitionOptions.TableExistsOption;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * How fast do rows with a vector arrive over Flight SQL, durably, beside a plain write of as many
 * bytes to the same disk?
 *
 * <p>Bulk ingestion, an INSERT with all rows bound, and the plain write are taken in turn, several
 * rounds after one to warm up; each row has a key, and each way is one transaction a round. Prints
 * the middle and the best of all rounds: on a busy machine the disk's own rate says what the others
 * are worth, and so does the least time that the processors, client and server together, took.
 *
 * <p>Arguments: rows a round, at most 64 MiB of them (20000), dimensions (784), rounds (5),
 * directory (a temporary one).
 */
@SuppressWarnings("try") // Arrow's close() may be interrupted.
public final class BenchmarkFlightIngest {
  private static final List<String> WAYS = List.of("ingest", "bound insert", "plain write");

  private final int rows;
  private final int dimensions;
  private final Path directory;

  private BenchmarkFlightIngest(int rows, int dimensions, Path directory) {
    this.rows = rows;
    this.dimensions = dimensions;
    this.directory = directory;
  }

  /** Runs the measurement once. */
  public static void main(String[] arguments) throws Exception {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 20_000;
    int dimensions = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 784;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    Path directory =
        arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("flight-ingest");
    new BenchmarkFlightIngest(rows, dimensions, directory).run(rounds);
  }

  private void run(int rounds) throws Exception {
    long[][] nanos = new long[WAYS.size()][rounds];
    long[][] work = new long[WAYS.size()][rounds];
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    DatabaseOptions options = new DatabaseOptions(64L << 20, 8L << 30, List.of());
    try (Database database = Database.open(directory.resolve("db"), options);
        FlightSqlEndpoint endpoint =
            FlightSqlEndpoint.start(database, "127.0.0.1", 0, Duration.ZERO);
        BufferAllocator allocator = FlightSqlEndpoint.allocator();
        FlightSqlClient client =
            new FlightSqlClient(
                FlightClient.builder(
                        allocator, Location.forGrpcInsecure("127.0.0.1", endpoint.port()))
                    .build())) {
      for (int round = -1; round < rounds; round++) {
        for (int way = 0; way < WAYS.size(); way++) {
          // The client closes what it has bound, so each way gets rows of its own.
          VectorSchemaRoot root = VectorSchemaRoot.create(schema(), allocator);
          fill(root);
          try (Session session = database.connect()) {
            session.execute("DROP TABLE IF EXISTS points").close();
            session
                .execute(
                    "CREATE TABLE points (id BIGINT PRIMARY KEY, v VECTOR(" + dimensions + "))")
                .close();
          }
          long worked = system.getProcessCpuTime();
          long start = System.nanoTime();
          long count =
              switch (way) {
                case 0 -> ingest(client, root, allocator);
                case 1 -> insert(client, root);
                default -> write();
              };
          if (round >= 0) {
            nanos[way][round] = System.nanoTime() - start;
            work[way][round] = system.getProcessCpuTime() - worked;
          }
          if (count != rows) {
            throw new IllegalStateException(WAYS.get(way) + " took " + count + " rows of " + rows);
          }
          root.close();
        }
      }
    } finally {
      delete(directory);
    }
    print(nanos, work);
  }

  private void print(long[][] nanos, long[][] work) {
    double megabytes = rows * (8.0 + 4.0 * dimensions) / 1e6;
    for (int way = 0; way < WAYS.size(); way++) {
      Arrays.sort(nanos[way]);
      double middle = nanos[way][nanos[way].length / 2] / 1e9;
      double best = nanos[way][0] / 1e9;
      System.out.printf(
          Locale.ROOT,
          "%-12s  middle %,9.0f rows/s %6.0f MB/s   best %,9.0f rows/s %6.0f MB/s"
              + "   least work %5.2f ns/byte%n",
          WAYS.get(way),
          rows / middle,
          megabytes / middle,
          rows / best,
          megabytes / best,
          Arrays.stream(work[way]).min().orElse(0) / (1e6 * megabytes));
    }
  }

  private Schema schema() {
    Field element =
        new Field(
            "item",
            FieldType.notNullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
            null);
    return new Schema(
        List.of(
            Field.notNullable("id", new ArrowType.Int(64, true)),
            new Field(
                "v",
                FieldType.notNullable(new ArrowType.FixedSizeList(dimensions)),
                List.of(element))));
  }

  private void fill(VectorSchemaRoot root) {
    BigIntVector ids = (BigIntVector) root.getVector(0);
    FixedSizeListVector vectors = (FixedSizeListVector) root.getVector(1);
    Float4Vector elements = (Float4Vector) vectors.getDataVector();
    ids.allocateNew(rows);
    vectors.setInitialCapacity(rows);
    vectors.allocateNew();
    elements.allocateNew(rows * dimensions);
    Random random = new Random(7);
    for (int row = 0; row < rows; row++) {
      ids.set(row, row);
      vectors.setNotNull(row);
      for (int i = 0; i < dimensions; i++) {
        elements.set(row * dimensions + i, random.nextFloat());
      }
    }
    root.setRowCount(rows);
  }

  private static long ingest(
      FlightSqlClient client, VectorSchemaRoot root, BufferAllocator allocator) throws IOException {
    try (Slices slices = new Slices(root, allocator)) {
      return ingest(client, slices);
    }
  }

  private static long ingest(FlightSqlClient client, ArrowReader batches) {
    return client.executeIngest(
        batches,
        new ExecuteIngestOptions(
            "points",
            TableDefinitionOptions.newBuilder()
                .setIfExists(TableExistsOption.TABLE_EXISTS_OPTION_APPEND)
                .build(),
            null,
            null,
            Map.of()));
  }

  /** The rows of a root, some at a time, without copying them. */
  private static final class Slices extends ArrowReader {
    private static final int ROWS = 1_000;

    private final VectorSchemaRoot all;
    private int next;

    Slices(VectorSchemaRoot all, BufferAllocator allocator) {
      super(allocator);
      this.all = all;
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      prepareLoadNextBatch();
      int count = Math.min(ROWS, all.getRowCount() - next);
      if (count == 0) {
        return false;
      }
      try (VectorSchemaRoot slice = all.slice(next, count)) {
        loadRecordBatch(new VectorUnloader(slice).getRecordBatch());
      }
      next += count;
      return true;
    }

    @Override
    public long bytesRead() {
      return 0;
    }

    @Override
    protected void closeReadSource() {}

    @Override
    protected Schema readSchema() {
      return all.getSchema();
    }
  }

  private static long insert(FlightSqlClient client, VectorSchemaRoot root) {
    try (FlightSqlClient.PreparedStatement insert =
        client.prepare("INSERT INTO points VALUES (?, ?)")) {
      insert.setParameters(root);
      return insert.executeUpdate();
    }
  }

  /** As many bytes, in order, in pieces of 1 MiB, forced to the disk once. */
  private long write() throws IOException {
    Path file = directory.resolve("plain");
    ByteBuffer piece = ByteBuffer.allocateDirect(1 << 20);
    long left = rows * (8L + 4L * dimensions);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (left > 0) {
        piece.clear().limit((int) Math.min(left, piece.capacity()));
        left -= channel.write(piece);
      }
      channel.force(true);
    }
    Files.delete(file);
    return rows;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
