package io.quiver.cli.ann;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which value of a scalar column query i asks for: the i-th of a list, over and over.
 *
 * @param column of scalars.parquet
 * @param values as text
 */
record FilterRule(String column, List<String> values) {
  private static final int VALUES_MAX = 100_000;

  /** As in {@code query i filters label = i mod 10} or {@code ... rating = [1,2,7][i mod 3]}. */
  private static final Pattern TEXT =
      Pattern.compile("query i filters (\\w+) = (?:\\[([^\\]]*)\\]\\[)?i mod (\\d+)");

  /** Reads the rule out of a text that says it. */
  static Optional<FilterRule> find(String text) {
    Matcher rule = TEXT.matcher(text);
    if (!rule.find()) {
      return Optional.empty();
    }
    int modulus;
    try {
      modulus = Integer.parseInt(rule.group(3));
    } catch (NumberFormatException e) {
      throw new QuiverException(ErrorCode.INVALID_PARAMETER_VALUE, "i mod " + rule.group(3), e);
    }
    List<String> values =
        rule.group(2) == null ? upTo(modulus) : Arrays.asList(rule.group(2).split("\\s*,\\s*", -1));
    if (values.size() != modulus) {
      throw AnnOptions.wrong(
          "the rule \""
              + rule.group()
              + "\" has "
              + values.size()
              + " values for i mod "
              + modulus);
    }
    return Optional.of(new FilterRule(rule.group(1), values));
  }

  private static List<String> upTo(int modulus) {
    if (modulus < 1 || modulus > VALUES_MAX) {
      throw AnnOptions.wrong("a filter's i mod " + modulus + " must be from 1 to " + VALUES_MAX);
    }
    List<String> values = new ArrayList<>();
    for (int i = 0; i < modulus; i++) {
      values.add(Integer.toString(i));
    }
    return values;
  }

  /**
   * The filter of each query: by the rule of {@code meta.json} over {@code scalars.parquet}, or by
   * {@code labels.ivecs}, where query i asks for label i mod the number of labels.
   */
  static QueryFilters filters(Path directory, String meta, int rows, int queries) {
    Optional<FilterRule> rule = find(meta);
    Path scalars = directory.resolve("scalars.parquet");
    Optional<int[][]> labels = VectorFile.integers(directory.resolve("labels.ivecs"));
    if (rule.isPresent() && Files.exists(scalars)) {
      return rule.get().filters(VectorFile.column(scalars, rule.get().column), rows, queries);
    }
    if (labels.isPresent()) {
      List<String> values = new ArrayList<>();
      int greatest = 0;
      for (int[] label : labels.get()) {
        if (label.length == 0) {
          throw AnnOptions.wrong("labels.ivecs has a row without a label");
        }
        greatest = Math.max(greatest, label[0]);
        values.add(Integer.toString(label[0]));
      }
      return new FilterRule("label", upTo(greatest + 1)).filters(values, rows, queries);
    }
    throw AnnOptions.wrong(
        "--filtered needs scalars.parquet and, in meta.json, a text such as \"query i filters label"
            + " = i mod 10\"; or labels.ivecs");
  }

  private QueryFilters filters(List<String> scalars, int rows, int queries) {
    if (scalars.size() != rows) {
      throw AnnOptions.wrong(
          "column " + column + " has " + scalars.size() + " values for " + rows + " rows");
    }
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < queries; i++) {
      wanted.add(values.get(i % values.size()));
    }
    return QueryFilters.of(scalars, wanted);
  }
}
