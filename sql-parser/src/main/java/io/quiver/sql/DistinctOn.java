package io.quiver.sql;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.Objects;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.jspecify.annotations.Nullable;

/**
 * {@code SELECT DISTINCT ON (keys)}: of the rows with equal keys the first in the order of the
 * query. Calcite's SELECT has no place for the keys: they stand where QUALIFY does, whose meaning
 * is the nearest.
 */
public final class DistinctOn {
  private static final SqlOperator OPERATOR = new SqlSpecialOperator("DISTINCT ON", SqlKind.OTHER);

  private DistinctOn() {}

  /**
   * What stands in the place of QUALIFY.
   *
   * @param keys of DISTINCT ON, or null where it is not there
   * @throws QuiverException 0A000 where both are there
   */
  public static @Nullable SqlNode qualify(@Nullable SqlNodeList keys, @Nullable SqlNode qualify) {
    if (keys == null) {
      return qualify;
    }
    if (qualify != null) {
      throw new QuiverException(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          SourcePositions.describe(qualify.getParserPosition())
              + "QUALIFY together with DISTINCT ON is not supported");
    }
    return OPERATOR.createCall(keys);
  }

  /** The keys of a query, or null where it has no DISTINCT ON. */
  public static @Nullable SqlNodeList keys(SqlSelect select) {
    return select.getQualify() instanceof SqlCall call && call.getOperator().equals(OPERATOR)
        ? SqlNodeList.of(
            call.getParserPosition(),
            call.getOperandList().stream().map(Objects::requireNonNull).toList())
        : null;
  }
}
