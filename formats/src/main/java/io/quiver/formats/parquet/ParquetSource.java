package io.quiver.formats.parquet;

import dev.hardwood.metadata.RepetitionType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.LayerKind;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.FileSchema;
import dev.hardwood.schema.SchemaNode;
import io.quiver.formats.BatchSource;
import io.quiver.formats.InputFile;
import io.quiver.formats.WantedColumns;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A Parquet file, read by Hardwood: columns of scalars, and lists of them as ARRAYs. */
public final class ParquetSource implements BatchSource {
  private static final long BATCH_SECONDS_MAX = 60;
  private static final long POLL_MILLIS = 100;
  private static final long CLOSE_SECONDS_MAX = 2;

  private final InputFile file;
  private final ExecutorService waiting = Executors.newVirtualThreadPerTaskExecutor();
  private final ParquetFileReader reader;
  private final ColumnReaders columns;
  private final List<ParquetType> types;
  private final Schema schema;
  private final long rowsTotal;
  private BooleanSupplier cancelled = () -> false;
  private long rows;
  private long batchRow;

  private ParquetSource(
      InputFile file, ParquetFileReader reader, ColumnReaders columns, List<ParquetType> types) {
    this.file = file;
    this.reader = reader;
    this.columns = columns;
    this.types = types;
    this.schema =
        new Schema(types.stream().map(t -> new Field(t.name(), t.columnType(), true)).toList());
    this.rowsTotal =
        reader.getFileMetaData().rowGroups().stream().mapToLong(RowGroup::numRows).sum();
  }

  /**
   * Opens a file; of columns that were not chosen, not even the type matters.
   *
   * @throws QuiverException 22P04 when it is damaged, 0A000 for types that are not read
   */
  public static ParquetSource open(InputFile file, WantedColumns wanted) {
    ParquetFileReader reader = null;
    boolean opened = false;
    try {
      reader = ParquetFileReader.open(dev.hardwood.InputFile.of(file.path()));
      ParquetCodecs.check(file, reader.getFileMetaData());
      Set<String> names =
          wanted.fields().stream().map(Field::name).collect(Collectors.toUnmodifiableSet());
      List<ParquetType> types = new ArrayList<>();
      for (SchemaNode node : reader.getFileSchema().getRootNode().children()) {
        if (!wanted.chosen() || names.contains(node.name())) {
          types.add(type(file, reader.getFileSchema(), node));
        }
      }
      String[] chosen = types.stream().map(ParquetType::name).toArray(String[]::new);
      ColumnProjection projection =
          wanted.chosen() ? ColumnProjection.columns(chosen) : ColumnProjection.all();
      ColumnReaders columns = reader.buildColumnReaders(projection).batchSize(Batch.ROWS).build();
      ParquetSource source = new ParquetSource(file, reader, columns, types);
      opened = true;
      return source;
    } catch (QuiverException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw unreadable(file, e);
    } finally {
      if (!opened && reader != null) {
        close(file, reader);
      }
    }
  }

  private static ParquetType type(InputFile file, FileSchema schema, SchemaNode node) {
    SchemaNode leaf = node;
    boolean list = false;
    if (node instanceof SchemaNode.GroupNode group) {
      leaf = group.isList() ? group.getListElement() : node;
      list = true;
    } else if (node.repetitionType() == RepetitionType.REPEATED) {
      list = true;
    }
    if (!(leaf instanceof SchemaNode.PrimitiveNode primitive)) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          file.name()
              + ": column \""
              + node.name()
              + "\" is a structure, which is not read; name the columns to load to leave it out");
    }
    return ParquetType.of(file, node.name(), schema.getColumn(primitive.columnIndex()), list);
  }

  @Override
  public void endWhen(BooleanSupplier condition) {
    cancelled = condition;
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public boolean hasNames() {
    return true;
  }

  @Override
  public @Nullable Batch next() {
    try {
      if (types.isEmpty() || !advance()) {
        if (!types.isEmpty() && rows != rowsTotal) {
          throw file.damaged("it ends after " + rows + " rows of " + rowsTotal);
        }
        return null;
      }
      int count = columns.getRecordCount();
      List<Column> read = new ArrayList<>();
      for (int i = 0; i < types.size(); i++) {
        read.add(column(types.get(i), columns.getColumnReader(i), count));
      }
      batchRow = rows;
      rows += count;
      return new Batch(read, count);
    } catch (QuiverException e) {
      throw e;
    } catch (RuntimeException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Hardwood decodes pages on threads of its own, and waits for ever for one that an Error has
   * ended: here waiting has an end.
   */
  private boolean advance() {
    Future<Boolean> next = waiting.submit(columns::nextBatch);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BATCH_SECONDS_MAX);
    try {
      while (!isDone(next)) {
        if (cancelled.getAsBoolean()) {
          throw new QuiverException(ErrorCode.QUERY_CANCELED, "the statement was cancelled");
        }
        if (System.nanoTime() >= end) {
          throw file.damaged("no rows within " + BATCH_SECONDS_MAX + " s after " + rows + " rows");
        }
      }
      return next.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException problem) {
        throw problem;
      }
      throw file.damaged("its pages cannot be decoded: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QuiverException(ErrorCode.QUERY_CANCELED, "interrupted while reading", e);
    }
  }

  /** Waits for a moment. */
  private static boolean isDone(Future<?> next) throws InterruptedException, ExecutionException {
    try {
      next.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private Column column(ParquetType type, ColumnReader reader, int count) {
    if (!type.list()) {
      return type.values(reader, count, reader.getLeafValidity(), file);
    }
    int layer = 0;
    while (layer < reader.getLayerCount() && reader.getLayerKind(layer) != LayerKind.REPEATED) {
      layer++;
    }
    int[] offsets = reader.getLayerOffsets(layer);
    Column values = type.values(reader, reader.getValueCount(), reader.getLeafValidity(), file);
    return Column.ofLists(
        new SqlType.Array(type.element()),
        count,
        ParquetType.bits(reader.getLayerValidity(layer), count),
        ParquetType.ints(offsets, count + 1),
        values);
  }

  /** What Hardwood finds wrong, and the library that it misses for a compression. */
  private static QuiverException unreadable(InputFile file, Exception problem) {
    for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
      String message = String.valueOf(cause.getMessage());
      if (cause instanceof UnsupportedOperationException
          || cause instanceof NoClassDefFoundError
          || cause instanceof ClassNotFoundException) {
        return new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED, file.name() + ": " + message, problem);
      }
    }
    return new QuiverException(
        ErrorCode.BAD_COPY_FILE_FORMAT,
        file.name() + " cannot be read as Parquet: " + problem.getMessage(),
        problem);
  }

  @Override
  public String where(int row) {
    return file.name() + " row " + (batchRow + row + 1);
  }

  /** By rows: pages are read ahead. */
  @Override
  public long bytesRead() {
    return rowsTotal == 0 ? file.size() : (long) (file.size() * ((double) rows / rowsTotal));
  }

  @Override
  public long bytesTotal() {
    return file.size();
  }

  /**
   * Hardwood waits here, too, for the thread that decodes; one that waits for ever itself is left
   * behind, with what it holds of the file.
   */
  @Override
  public void close() {
    waiting.shutdownNow();
    Thread closing =
        Thread.ofVirtual()
            .unstarted(() -> {
              columns.close();
              close(file, reader);
            });
    closing.start();
    try {
      closing.join(Duration.ofSeconds(CLOSE_SECONDS_MAX));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    file.close();
  }

  private static void close(InputFile file, ParquetFileReader reader) {
    try {
      reader.close();
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }
}
