package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quiver.types.Batch;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Loads of more rows than a statement may keep in memory. */
@ExtendWith(CleanDirectory.class)
class BulkMemoryTest {
  private static final int DIMENSION = 1_024;
  private static final int BATCHES = 10;
  private static final long BUDGET = 48L << 20;

  @TempDir private Path directory;

  private int given;

  private @Nullable Batch next() {
    if (given == BATCHES) {
      return null;
    }
    ColumnBuilder vectors = new ColumnBuilder(SqlType.vector(DIMENSION), Batch.ROWS);
    float[] vector = new float[DIMENSION];
    for (int row = 0; row < Batch.ROWS; row++) {
      vector[0] = given * (float) Batch.ROWS + row;
      vectors.append(vector);
    }
    given++;
    return new Batch(List.of(vectors.build()), Batch.ROWS);
  }

  private long load(Session session) {
    session.execute("CREATE TABLE t (v VECTOR(" + DIMENSION + "))").close();
    Schema columns = new Schema(List.of(new Field("v", SqlType.vector(DIMENSION), true)));
    return session.load("public", "t", columns, this::next);
  }

  @Test
  void aDatabaseOnDiskLoadsMoreThanTheBudget() {
    DatabaseOptions options = new DatabaseOptions(64L << 20, BUDGET, List.of());
    try (Database database = Database.open(directory, options);
        Session session = database.connect()) {
      assertThat(load(session)).isEqualTo((long) BATCHES * Batch.ROWS);
    }
    try (Database database = Database.open(directory, options);
        Session session = database.connect()) {
      String count = "SELECT count(*) FROM t WHERE v IS NOT NULL";
      try (QueryResult rows = session.execute(count)) {
        Batch batch = Objects.requireNonNull(rows.next());
        assertThat(batch.column(0).getLong(0)).isEqualTo((long) BATCHES * Batch.ROWS);
      }
    }
  }

  @Test
  void aDatabaseInMemoryKeepsToTheBudget() {
    try (Database database = Database.inMemory("small");
        Session session = database.connect()) {
      session.execute("SET quiver.query_memory = '48MB'").close();
      assertThatThrownBy(() -> load(session))
          .isInstanceOfSatisfying(
              QuiverException.class, e -> assertThat(e.sqlState()).isEqualTo("53200"));
    }
  }
}
