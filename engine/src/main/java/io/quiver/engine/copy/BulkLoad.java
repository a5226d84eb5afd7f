package io.quiver.engine.copy;

import io.quiver.executor.operator.ExecutionContext;
import io.quiver.formats.BatchSource;
import io.quiver.planner.Planner;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.Batch;
import io.quiver.types.Schema;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Appends batches that a client sends to a table, as COPY FROM does with those of a file. */
public final class BulkLoad {
  private BulkLoad() {}

  /**
   * Appends them all.
   *
   * @param columns of the batches, which fill the table's of their names; the others get what
   *     INSERT would give them
   * @param batches until null
   * @return rows added
   */
  public static long run(
      TableDefinition table,
      Schema columns,
      Supplier<@Nullable Batch> batches,
      ExecutionContext context,
      Planner planner) {
    Sent sent = new Sent(columns, batches);
    CopyMapping mapping =
        CopyMapping.of(table, CopyMapping.targets(table, List.of()), false, sent, false);
    return load(table, sent, mapping.plan(table, sent, planner.defaults(table)), context);
  }

  /**
   * Appends them all, each row made as a plan says.
   *
   * @return rows added
   */
  public static long run(
      TableDefinition table,
      Schema columns,
      Supplier<@Nullable Batch> batches,
      RowPlan plan,
      ExecutionContext context) {
    return load(table, new Sent(columns, batches), plan, context);
  }

  private static long load(
      TableDefinition table, Sent sent, RowPlan plan, ExecutionContext context) {
    RowLoader loader = new RowLoader(context, table, sent, plan, new CopyErrors(false));
    while (loader.loadNext()) {
      sent.loaded = loader.rows();
    }
    return loader.rows();
  }

  /** The batches as a source, whose rows count from 1. */
  private static final class Sent implements BatchSource {
    private final Schema columns;
    private final Supplier<@Nullable Batch> batches;
    private long loaded;

    private Sent(Schema columns, Supplier<@Nullable Batch> batches) {
      this.columns = columns;
      this.batches = batches;
    }

    @Override
    public Schema schema() {
      return columns;
    }

    @Override
    public boolean hasNames() {
      return true;
    }

    @Override
    public @Nullable Batch next() {
      return batches.get();
    }

    @Override
    public String where(int row) {
      return "row " + (loaded + row + 1);
    }

    /** Unknown: a stream has no length. */
    @Override
    public long bytesRead() {
      return 0;
    }

    /** Unknown, as {@link #bytesRead}. */
    @Override
    public long bytesTotal() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
