package io.quiver.formats.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.quiver.formats.BatchSink;
import io.quiver.formats.OutputFile;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object a line. Numbers, booleans, vectors, arrays and JSON values are what they are in
 * JSON, all else is text; a number that JSON cannot write (NaN, Infinity) is a string.
 */
public final class JsonSink implements BatchSink {
  private final OutputFile file;
  private final Schema schema;
  private final JsonGenerator json;

  /**
   * A sink for types that {@code Format.JSON.writes}.
   *
   * @throws QuiverException 42701 when two columns have the same name
   */
  public JsonSink(OutputFile file, Schema schema) {
    this.file = file;
    this.schema = schema;
    Set<String> names = new HashSet<>();
    schema
        .fields()
        .forEach(field -> {
          if (!names.add(field.name())) {
            throw new QuiverException(
                ErrorCode.DUPLICATE_COLUMN,
                "two columns are named \"" + field.name() + "\"; rename one with AS");
          }
        });
    try {
      json = new JsonFactory().createGenerator(file.stream());
      json.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void write(Batch rows) {
    try {
      for (int row = 0; row < rows.rowCount(); row++) {
        json.writeStartObject();
        for (int i = 0; i < rows.width(); i++) {
          json.writeFieldName(schema.field(i).name());
          value(rows.column(i), row);
        }
        json.writeEndObject();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void value(Column column, int row) throws IOException {
    if (column.isNull(row)) {
      json.writeNull();
      return;
    }
    switch (column.type()) {
      case SqlType.Simple simple -> {
        if (simple == SqlType.Simple.JSON) {
          json.writeRawValue(column.getString(row).strip());
        } else {
          scalar(column.get(row));
        }
      }
      case SqlType.Decimal decimal -> json.writeNumber(column.getDecimal(row).toPlainString());
      case SqlType.Varchar varchar -> json.writeString(column.getString(row));
      case SqlType.Vector vector -> {
        json.writeStartArray();
        for (float element : column.getFloats(row)) {
          number(element);
        }
        json.writeEndArray();
      }
      case SqlType.Array array -> {
        json.writeStartArray();
        List<@Nullable Object> values = column.getList(row);
        for (Object element : values) {
          scalar(element);
        }
        json.writeEndArray();
      }
      case SqlType.Varbinary binary -> throw new IllegalStateException("no JSON for " + binary);
    }
  }

  private void scalar(@Nullable Object value) throws IOException {
    switch (value) {
      case null -> json.writeNull();
      case Boolean bool -> json.writeBoolean(bool);
      case Float number -> number(number);
      case Double number -> {
        if (Double.isFinite(number)) {
          json.writeNumber(number);
        } else {
          json.writeString(number.toString());
        }
      }
      case java.math.BigDecimal number -> json.writeNumber(number.toPlainString());
      case Number whole -> json.writeNumber(whole.longValue());
      case String text -> json.writeString(text);
      default -> throw new IllegalStateException("no JSON for " + value.getClass());
    }
  }

  /** Whole numbers without a point, as vectors are written everywhere. */
  private void number(float value) throws IOException {
    if (!Float.isFinite(value)) {
      json.writeString(Float.toString(value));
    } else if (value == (int) value && Math.abs(value) < 1e7f) {
      json.writeNumber((int) value);
    } else {
      json.writeNumber(value);
    }
  }

  @Override
  public void finish() {
    try {
      boolean any = file.position() > 0;
      json.flush();
      if (any || file.position() > 0) {
        file.write(new byte[] {'\n'});
      }
      json.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.finish();
  }

  @Override
  public long bytesWritten() {
    return file.position();
  }

  @Override
  public void close() {
    file.close();
  }
}
