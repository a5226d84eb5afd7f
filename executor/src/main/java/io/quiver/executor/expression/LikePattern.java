package io.quiver.executor.expression;

import static io.quiver.executor.expression.Buffers.valid;

import io.quiver.types.Column;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A compiled LIKE pattern: the runs between its percent signs. The first run is anchored at the
 * text's start unless a percent sign precedes it, the last one at its end; a run between them is
 * taken where it occurs first, so nothing is ever tried again. A run is searched by the
 * bit-parallel automaton of Baeza-Yates and Gonnet 1992 (Shift-And), in time proportional to the
 * text for every 64 code points of the run.
 */
final class LikePattern {
  private static final int ANY = -1;

  private final List<Run> runs;
  private final boolean openStart;
  private final boolean openEnd;
  private final boolean ignoreCase;
  private final int shortest;

  private LikePattern(List<int[]> runs, boolean openStart, boolean openEnd, boolean ignoreCase) {
    this.runs = runs.stream().map(Run::new).toList();
    this.openStart = openStart;
    this.openEnd = openEnd;
    this.ignoreCase = ignoreCase;
    this.shortest = runs.stream().mapToInt(run -> run.length).sum();
  }

  /** The function (text, pattern[, escape]). */
  static ColumnFunction function(boolean ignoreCase) {
    return (operands, rows) -> {
      MemorySegment validity = Buffers.validity(operands, rows);
      MemorySegment bits = Buffers.bitmap(rows);
      boolean constant = operands[1].isConstant() && operands[operands.length - 1].isConstant();
      LikePattern pattern = null;
      for (int i = 0; i < rows; i++) {
        if (!valid(validity, i)) {
          continue;
        }
        if (pattern == null || !constant) {
          String escape = operands.length == 3 ? operands[2].stringAt(i) : "\\";
          pattern = compile(operands[1].stringAt(i), escape, ignoreCase);
        }
        if (pattern.matches(operands[0].stringAt(i))) {
          Buffers.setBit(bits, i);
        }
      }
      return Column.of(SqlType.BOOLEAN, rows, validity, bits, null);
    };
  }

  /**
   * @param escape one code point, or empty for none
   * @throws QuiverException 22025 when the pattern ends with the escape, or that is longer
   */
  static LikePattern compile(String pattern, String escape, boolean ignoreCase) {
    if (escape.codePointCount(0, escape.length()) > 1) {
      throw new QuiverException(
          ErrorCode.INVALID_ESCAPE_SEQUENCE, "an escape is one character, found '" + escape + "'");
    }
    int escapeAs = escape.isEmpty() ? -2 : escape.codePointAt(0);
    int[] points = pattern.codePoints().toArray();
    List<int[]> runs = new ArrayList<>();
    int[] run = new int[points.length];
    int length = 0;
    boolean openEnd = false;
    for (int i = 0; i < points.length; i++) {
      int point = points[i];
      openEnd = false;
      if (point == escapeAs) {
        if (++i == points.length) {
          throw new QuiverException(
              ErrorCode.INVALID_ESCAPE_SEQUENCE, "a LIKE pattern must not end with its escape");
        }
        run[length++] = fold(points[i], ignoreCase);
      } else if (point == '%') {
        if (length > 0) {
          runs.add(Arrays.copyOf(run, length));
          length = 0;
        }
        openEnd = true;
      } else {
        run[length++] = point == '_' ? ANY : fold(point, ignoreCase);
      }
    }
    if (length > 0) {
      runs.add(Arrays.copyOf(run, length));
    }
    boolean openStart = points.length > 0 && points[0] == '%' && escapeAs != '%';
    return new LikePattern(runs, openStart, openEnd, ignoreCase);
  }

  /** What every text begins with that matches; of a pattern that ignores case, in small letters. */
  String prefix() {
    if (openStart || runs.isEmpty()) {
      return "";
    }
    int[] points = runs.getFirst().points;
    int length = 0;
    while (length < points.length && points[length] != ANY) {
      length++;
    }
    return new String(points, 0, length);
  }

  /** Whether only {@link #prefix} itself matches. */
  boolean isLiteral() {
    return !openStart
        && !openEnd
        && (runs.isEmpty()
            || (runs.size() == 1
                && Arrays.stream(runs.getFirst().points).noneMatch(point -> point == ANY)));
  }

  boolean matches(String text) {
    int[] points = text.codePoints().toArray();
    if (points.length < shortest) {
      return false;
    }
    if (ignoreCase) {
      for (int i = 0; i < points.length; i++) {
        points[i] = fold(points[i], true);
      }
    }
    if (runs.isEmpty()) {
      return openStart || points.length == 0;
    }
    int from = 0;
    int to = points.length;
    int first = 0;
    int last = runs.size();
    if (!openStart) {
      Run run = runs.getFirst();
      if (!run.isAt(points, 0)) {
        return false;
      }
      from = run.length();
      first = 1;
    }
    if (first == last) {
      // The only run, anchored at the start: without a percent sign it must also be the end.
      return openEnd || from == to;
    }
    if (!openEnd) {
      Run run = runs.getLast();
      to -= run.length();
      last--;
      if (to < from || !run.isAt(points, to)) {
        return false;
      }
    }
    for (int i = first; i < last; i++) {
      from = runs.get(i).find(points, from, to);
      if (from < 0) {
        return false;
      }
    }
    return true;
  }

  private static int fold(int codePoint, boolean ignoreCase) {
    return ignoreCase ? Character.toLowerCase(Character.toUpperCase(codePoint)) : codePoint;
  }

  /** Code points without a percent sign; {@link #ANY} stands for an underscore. */
  private static final class Run {
    private final int[] points;
    // For each 64 code points of the run and each ASCII character, where it may stand.
    private final long[][] asciiMasks;

    Run(int[] points) {
      this.points = points;
      this.asciiMasks = masks(points);
    }

    int length() {
      return points.length;
    }

    boolean isAt(int[] text, int at) {
      for (int i = 0; i < points.length; i++) {
        if (points[i] != ANY && points[i] != text[at + i]) {
          return false;
        }
      }
      return true;
    }

    /** The end of the first occurrence between the two positions, or -1. */
    int find(int[] text, int from, int to) {
      int words = (points.length + 63) >> 6;
      long goal = 1L << (points.length - 1);
      long[] state = new long[words];
      for (int at = from; at < to; at++) {
        int point = text[at];
        long carry = 1;
        for (int word = 0; word < words; word++) {
          long next = (state[word] << 1) | carry;
          carry = state[word] >>> 63;
          state[word] = next & (point < 128 ? asciiMasks[word][point] : mask(point, word));
        }
        if ((state[words - 1] & goal) != 0) {
          return at + 1;
        }
      }
      return -1;
    }

    /** Where in the word's 64 code points this one may stand. */
    private long mask(int point, int word) {
      long mask = 0;
      int end = Math.min(points.length, (word + 1) * 64);
      for (int i = word * 64; i < end; i++) {
        if (points[i] == ANY || points[i] == point) {
          mask |= 1L << i;
        }
      }
      return mask;
    }

    private static long[][] masks(int[] points) {
      long[][] masks = new long[(points.length + 63) >> 6][128];
      for (int i = 0; i < points.length; i++) {
        for (int point = 0; point < 128; point++) {
          if (points[i] == ANY || points[i] == point) {
            masks[i >> 6][point] |= 1L << i;
          }
        }
      }
      return masks;
    }
  }
}
