package io.quiver.flight;

import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.util.Text;
import org.jspecify.annotations.Nullable;

/** Reads what a client bound: each row of the batch is one set of parameters. */
final class ArrowParameters {
  private ArrowParameters() {}

  static List<List<@Nullable Object>> rows(VectorSchemaRoot root) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int row = 0; row < root.getRowCount(); row++) {
      List<@Nullable Object> values = new ArrayList<>();
      for (FieldVector vector : root.getFieldVectors()) {
        values.add(value(vector, row));
      }
      rows.add(values);
    }
    return rows;
  }

  /** A value that the engine's binding takes. */
  private static @Nullable Object value(FieldVector vector, int row) {
    if (vector.isNull(row)) {
      return null;
    }
    if (vector instanceof FixedSizeListVector list
        && list.getDataVector() instanceof Float4Vector elements) {
      int dimension = list.getListSize();
      float[] floats = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        floats[i] = elements.get(row * dimension + i);
      }
      return floats;
    }
    if (vector instanceof DateDayVector days) {
      return java.time.LocalDate.ofEpochDay(days.get(row));
    }
    Object value = vector.getObject(row);
    return value instanceof Text text ? text.toString() : value;
  }
}
