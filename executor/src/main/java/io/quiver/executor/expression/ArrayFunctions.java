package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions of arrays. */
final class ArrayFunctions {
  private ArrayFunctions() {}

  /** From text, or element by element from another array. */
  static ColumnFunction cast(SqlType from, SqlType.Array to, ZoneId zone) {
    return switch (from) {
      case SqlType.Varchar text -> {
        ColumnFunction elements = Casts.of(SqlType.TEXT, to.element(), zone);
        yield (operands, rows) -> {
          MemorySegment validity = Buffers.validity(operands, rows);
          List<@Nullable List<@Nullable String>> parsed = new ArrayList<>();
          ColumnBuilder texts = new ColumnBuilder(SqlType.TEXT, rows);
          for (int i = 0; i < rows; i++) {
            List<@Nullable String> row =
                valid(validity, i) ? ArrayText.parse(operands[0].stringAt(i)) : null;
            parsed.add(row);
            if (row != null) {
              row.forEach(texts::append);
            }
          }
          return assembled(to, parsed, elements, texts.build());
        };
      }
      case SqlType.Array array -> {
        ColumnFunction elements = Casts.of(array.element(), to.element(), zone);
        yield (operands, rows) -> {
          Column source = operands[0].column();
          int step = operands[0].step();
          Column inner = source.elements();
          Operand[] all = {Operand.of(inner)};
          Column converted =
              array.element().equals(to.element()) ? inner : elements.apply(all, inner.length());
          ColumnBuilder out = new ColumnBuilder(to, rows);
          for (int i = 0; i < rows; i++) {
            if (source.isNull(i * step)) {
              out.appendNull();
              continue;
            }
            for (int at = start(source, i * step); at < end(source, i * step); at++) {
              out.elements().appendFrom(converted, at);
            }
            out.endList();
          }
          return out.build();
        };
      }
      default -> throw Casts.noCast(from, to);
    };
  }

  private static Column assembled(
      SqlType.Array to,
      List<@Nullable List<@Nullable String>> lists,
      ColumnFunction conversion,
      Column texts) {
    Column converted = conversion.apply(new Operand[] {Operand.of(texts)}, texts.length());
    ColumnBuilder out = new ColumnBuilder(to, lists.size());
    int at = 0;
    for (List<@Nullable String> list : lists) {
      if (list == null) {
        out.appendNull();
        continue;
      }
      for (int i = 0; i < list.size(); i++) {
        out.elements().appendFrom(converted, at++);
      }
      out.endList();
    }
    return out.build();
  }

  static int start(Column lists, int row) {
    return Buffers.offsets(lists).getAtIndex(Buffers.INT, row);
  }

  static int end(Column lists, int row) {
    return Buffers.offsets(lists).getAtIndex(Buffers.INT, row + 1L);
  }
}
