package io.quiver.sql;

import io.quiver.sql.parser.SqlGrammar;
import java.io.StringReader;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl.Metadata;

/** The words of the grammar, in upper case. */
public final class Keywords {
  /** Words that only the hand-written part of the parser knows. */
  private static final List<String> COMMANDS =
      List.of(
          "ABORT",
          "ANALYZE",
          "AUTO_INCREMENT",
          "BIGSERIAL",
          "FLUSH",
          "SERIAL",
          "SHOW",
          "TABLES",
          "WORK");

  /** Reserved words that SQL-92 does not reserve, as JDBC asks for them. */
  public static final List<String> BEYOND_STANDARD;

  static final List<String> ALL;
  static final Set<String> RESERVED;

  static {
    Metadata metadata = SqlGrammar.FACTORY.getParser(new StringReader("")).getMetadata();
    TreeSet<String> words = new TreeSet<>(COMMANDS);
    metadata.getTokens().stream().filter(metadata::isKeyword).forEach(words::add);
    BEYOND_STANDARD = List.of(metadata.getJdbcKeywords().split(",", -1));
    ALL = List.copyOf(words);
    RESERVED =
        words.stream().filter(metadata::isReservedWord).collect(Collectors.toUnmodifiableSet());
  }

  private Keywords() {}
}
