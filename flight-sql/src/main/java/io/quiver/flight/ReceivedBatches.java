package io.quiver.flight;

import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.jspecify.annotations.Nullable;

/**
 * What a client streams, as batches of columns. Where Arrow's layout is ours a batch lies in the
 * message that brought it, which the next one overwrites. Owned by one thread.
 */
final class ReceivedBatches {
  private final FlightStream stream;
  private @Nullable Batch received;
  private int taken;

  /** Takes the first message: dictionaries come with it, and with them the types they encode. */
  ReceivedBatches(FlightStream stream) {
    this.stream = stream;
    this.received = receive();
  }

  Schema columns() {
    List<Field> fields = new ArrayList<>();
    for (org.apache.arrow.vector.types.pojo.Field sent : stream.getSchema().getFields()) {
      SqlType type =
          received == null ? ArrowSqlTypes.of(sent) : received.column(fields.size()).type();
      fields.add(new Field(sent.getName(), type, sent.isNullable()));
    }
    return new Schema(fields);
  }

  /** The next rows, as many as operators take at a time; null at the end. */
  @Nullable Batch next() {
    if (received != null && taken >= received.rowCount()) {
      received = receive();
      taken = 0;
    }
    Batch batch = received;
    if (batch == null) {
      return null;
    }
    Batch part = batch.slice(taken, Math.min(Batch.ROWS, batch.rowCount() - taken));
    taken += part.rowCount();
    return part;
  }

  /** The next message that has rows. */
  private @Nullable Batch receive() {
    while (stream.next()) {
      VectorSchemaRoot root = stream.getRoot();
      if (root.getRowCount() > 0) {
        List<Column> columns = new ArrayList<>();
        root.getFieldVectors().forEach(vector -> columns.add(column(vector)));
        return new Batch(columns, root.getRowCount());
      }
    }
    return null;
  }

  /** A dictionary's codes are of no use to SQL: its values are. */
  private Column column(FieldVector vector) {
    if (vector.getField().getDictionary() == null) {
      return ArrowColumns.view(vector);
    }
    Dictionary dictionary =
        stream.getDictionaryProvider().lookup(vector.getField().getDictionary().getId());
    try (FieldVector values = (FieldVector) DictionaryEncoder.decode(vector, dictionary)) {
      return ArrowColumns.copy(values);
    }
  }
}
