package io.quiver.sqllogic;

import io.quiver.sqllogic.SltRecord.Sort;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads the format of SQLite's sqllogictest, with {@code loop}, {@code restart}, {@code statement
 * error SQLSTATE}, {@code query T retry} and {@code recall >= x} besides, and {@code ${tmp}} for a
 * directory of files. Records are parted by blank lines; {@code #} starts a comment line; {@code
 * skipif quiver} and {@code onlyif other} leave the next record out.
 */
final class SltParser {
  private static final String ENGINE = "quiver";

  private final List<String> lines;
  private int next;
  private boolean halted;

  private SltParser(List<String> lines) {
    this.lines = lines;
  }

  static List<SltRecord> parse(List<String> lines) {
    SltParser parser = new SltParser(lines);
    List<SltRecord> records = parser.records(null);
    return records;
  }

  private List<SltRecord> records(@Nullable String end) {
    List<SltRecord> records = new ArrayList<>();
    boolean skip = false;
    while (!halted && next < lines.size()) {
      String line = strip(lines.get(next));
      if (line.isEmpty() || line.startsWith("#")) {
        next++;
        continue;
      }
      String[] words = line.split("\\s+");
      if (line.equals(end)) {
        next++;
        return records;
      }
      switch (words[0]) {
        case "hash-threshold" -> next++;
        case "halt" -> {
          next++;
          halted = !skip;
          skip = false;
        }
        case "skipif" -> {
          next++;
          skip |= words[1].equals(ENGINE);
        }
        case "onlyif" -> {
          next++;
          skip |= !words[1].equals(ENGINE);
        }
        default -> {
          SltRecord parsed = record(words);
          if (!skip) {
            records.add(parsed);
          }
          skip = false;
        }
      }
    }
    if (end != null && !halted) {
      throw new IllegalArgumentException("the file ends without " + end);
    }
    return records;
  }

  private SltRecord record(String[] words) {
    int line = next + 1;
    next++;
    return switch (words[0]) {
      case "statement" -> statement(line, words);
      case "query" -> query(line, words);
      case "recall" -> recall(line, words);
      case "restart" -> new SltRecord.Restart(line);
      case "loop" ->
          new SltRecord.Loop(
              line,
              words[1],
              Integer.parseInt(words[2]),
              Integer.parseInt(words[3]),
              records("endloop"));
      default ->
          throw new IllegalArgumentException(
              "line " + line + ": expected a record, found " + words[0]);
    };
  }

  private SltRecord statement(int line, String[] words) {
    String sql = block(false);
    return switch (words[1]) {
      case "ok" -> new SltRecord.Statement(line, sql, null, -1);
      case "error" -> new SltRecord.Statement(line, sql, words.length > 2 ? words[2] : "", -1);
      case "count" -> new SltRecord.Statement(line, sql, null, Long.parseLong(words[2]));
      default ->
          throw new IllegalArgumentException("line " + line + ": statement " + words[1] + "?");
    };
  }

  private SltRecord query(int line, String[] words) {
    boolean retry = words[words.length - 1].equals("retry");
    Sort sort =
        words.length > (retry ? 3 : 2)
            ? Sort.valueOf(words[2].toUpperCase(Locale.ROOT))
            : Sort.NOSORT;
    String sql = block(true);
    List<String> expected = new ArrayList<>();
    while (next < lines.size() && !strip(lines.get(next)).isEmpty()) {
      expected.add(strip(lines.get(next++)));
    }
    return new SltRecord.Query(line, sql, words[1], sort, expected, retry);
  }

  private SltRecord recall(int line, String[] words) {
    if (words.length != 3 || !words[1].equals(">=")) {
      throw new IllegalArgumentException("line " + line + ": expected recall >= x");
    }
    String sql = block(true);
    return new SltRecord.Recall(line, Double.parseDouble(words[2]), sql, block(false));
  }

  /** The lines up to a blank one, or up to {@code ----}, which is passed over. */
  private String block(boolean toSeparator) {
    StringBuilder text = new StringBuilder();
    while (next < lines.size()) {
      String line = strip(lines.get(next));
      if (toSeparator && line.equals("----")) {
        next++;
        break;
      }
      if (line.isEmpty()) {
        break;
      }
      text.append(text.isEmpty() ? "" : "\n").append(line);
      next++;
    }
    return text.toString();
  }

  private static String strip(String line) {
    return line.stripTrailing();
  }
}
