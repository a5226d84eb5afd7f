package io.quiver.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.planner.translate.BuiltinFunctions;
import io.quiver.planner.translate.FunctionCategory;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.sql.VectorOperators;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.calcite.sql.SqlAggFunction;
import org.apache.calcite.sql.SqlFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FunctionsPageTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "PLUGIN")
  void thePageHasTheTableOfEveryCategory(FunctionCategory category) throws IOException {
    List<String> lines = Files.readAllLines(FunctionsPage.PAGE);
    int heading = lines.indexOf("## " + category.title());
    assertThat(heading).as("the heading %s", category.title()).isNotNegative();
    List<String> table =
        lines.subList(heading + 2, lines.size()).stream()
            .takeWhile(line -> line.startsWith("|"))
            .toList();
    assertThat(table).isEqualTo(FunctionsPage.table(category));
  }

  @Test
  void everyFunctionOverVectorsIsDescribed() {
    List<String> described =
        BuiltinFunctions.all().stream()
            .filter(info -> info.category() == FunctionCategory.VECTOR)
            .map(FunctionInfo::name)
            .toList();
    List<String> defined =
        VectorOperators.INSTANCE.getOperatorList().stream()
            .filter(SqlFunction.class::isInstance)
            .filter(operator -> !(operator instanceof SqlAggFunction))
            .map(operator -> operator.getName())
            .filter(name -> name.chars().allMatch(c -> c == '_' || Character.isLetterOrDigit(c)))
            .toList();
    assertThat(described).containsExactlyInAnyOrderElementsOf(defined);
  }

  @Test
  void noNameIsListedTwice() {
    assertThat(BuiltinFunctions.all()).extracting(FunctionInfo::name).doesNotHaveDuplicates();
  }
}
