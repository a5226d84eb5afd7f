package io.quiver.sqllogic;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of an {@code .slt} file; {@code line} counts from 1. */
sealed interface SltRecord {
  int line();

  /**
   * {@code statement ok}, {@code statement error [SQLSTATE]} or {@code statement count n}.
   *
   * @param error the SQLSTATE wanted, empty for any, null where the statement is to succeed
   * @param count rows that it must change, or -1
   */
  record Statement(int line, String sql, @Nullable String error, long count) implements SltRecord {}

  /**
   * {@code query <types> [sort] [label] [retry]}.
   *
   * @param types a letter a column: I integer, R real (three decimals), T text
   * @param expected lines: a value each, a row each, or {@code n values hashing to md5}; {@code
   *     <REGEX>:} stands before a pattern of a line
   * @param retry whether it is asked again until it gives that, for what is done in the background
   */
  record Query(int line, String sql, String types, Sort sort, List<String> expected, boolean retry)
      implements SltRecord {
    public Query {
      expected = List.copyOf(expected);
    }
  }

  /**
   * {@code recall >= x}: the share of the exact query's first column that the other query finds.
   */
  record Recall(int line, double least, String sql, String exactSql) implements SltRecord {}

  /** {@code loop name from to} ... {@code endloop}: {@code $name} runs from from to to - 1. */
  record Loop(int line, String variable, int from, int to, List<SltRecord> body)
      implements SltRecord {
    public Loop {
      body = List.copyOf(body);
    }
  }

  /** {@code restart}: closes the database and opens it again. */
  record Restart(int line) implements SltRecord {}

  /** How a result is ordered before it is compared. */
  enum Sort {
    NOSORT,
    ROWSORT,
    VALUESORT
  }
}
