package io.quiver.cli.console;

import io.quiver.sql.SqlScript;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.impl.DefaultParser;

/** Keeps the user on a statement until its semicolon; a backslash command is one line. */
final class SqlLineParser extends DefaultParser {
  SqlLineParser() {
    // Quotes and backslashes belong to SQL, which has its own idea of them.
    setQuoteChars(new char[0]);
    setEscapeChars(new char[0]);
    setEofOnUnclosedQuote(false);
    setEofOnEscapedNewLine(false);
  }

  @Override
  public ParsedLine parse(String line, int cursor, ParseContext context) {
    if (context == ParseContext.ACCEPT_LINE && !isComplete(line)) {
      throw new EOFError(-1, cursor, "a statement ends with a semicolon");
    }
    return super.parse(line, cursor, context);
  }

  @Override
  public boolean isDelimiterChar(CharSequence buffer, int position) {
    char c = buffer.charAt(position);
    return !Character.isLetterOrDigit(c) && c != '_' && c != '\\';
  }

  static boolean isComplete(String line) {
    return line.isBlank() || line.strip().startsWith("\\") || SqlScript.split(line).isComplete();
  }
}
