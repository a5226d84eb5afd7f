package io.quiver.cli.console;

import io.quiver.sql.SqlParser;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Completes keywords, tables and columns. */
final class SqlCompleter implements Completer {
  private static final List<String> COMMANDS = List.of("\\d", "\\q", "\\timing", "\\?");

  private final Catalog catalog;

  SqlCompleter(Catalog catalog) {
    this.catalog = catalog;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    String word = line.word();
    if (line.line().startsWith("\\") && line.wordIndex() == 0) {
      COMMANDS.forEach(command -> candidates.add(new Candidate(command)));
      return;
    }
    try {
      for (String name : catalog.names()) {
        candidates.add(new Candidate(name));
      }
    } catch (SQLException e) {
      // Completion is a courtesy: without the names there are still the keywords.
    }
    boolean upper = !word.isEmpty() && Character.isUpperCase(word.charAt(0));
    for (String keyword : SqlParser.keywords()) {
      candidates.add(
          new Candidate(
              upper ? keyword.toUpperCase(Locale.ROOT) : keyword.toLowerCase(Locale.ROOT)));
    }
  }
}
