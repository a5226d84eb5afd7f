package io.quiver.formats;

import io.quiver.types.Field;
import io.quiver.types.SqlType;
import java.util.List;

/**
 * What the rows of a file are for.
 *
 * @param fields the columns that may be filled
 * @param chosen whether they were named, so that what the file has besides is left out
 */
public record WantedColumns(List<Field> fields, boolean chosen) {
  public WantedColumns {
    fields = List.copyOf(fields);
  }

  /** Integers in rows become ARRAYs where that is what they are for, and vectors elsewhere. */
  boolean arrays() {
    return fields.size() == 1 && fields.getFirst().type() instanceof SqlType.Array;
  }
}
