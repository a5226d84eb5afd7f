package io.quiver.sql;

import io.quiver.sql.Statement.IndexKey;
import io.quiver.sql.Statement.TableName;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CREATE INDEX, in pgvector's order of words and in Quiver's own: what follows the columns may
 * stand in any order.
 */
final class IndexParser {
  private final TokenCursor cursor;
  private final List<IndexKey> keys = new ArrayList<>();
  private final Map<String, String> options = new LinkedHashMap<>();
  private List<String> include = List.of();
  private @Nullable String method;
  private @Nullable String distance;

  IndexParser(TokenCursor cursor) {
    this.cursor = cursor;
  }

  /** What follows CREATE. */
  Statement create() {
    boolean unique = cursor.accept("unique");
    boolean vector = cursor.accept("vector");
    cursor.expect("index");
    cursor.accept("concurrently");
    boolean ifNotExists = cursor.accept("if", "not", "exists");
    String name = cursor.at("on") ? null : cursor.name("the name of an index");
    if (ifNotExists && name == null) {
      throw cursor.unexpected("the name of an index after IF NOT EXISTS");
    }
    cursor.expect("on");
    TableName table = cursor.tableName();
    if (cursor.accept("using")) {
      method = cursor.name("the kind of the index");
    }
    cursor.expect('(');
    do {
      keys.add(key());
    } while (cursor.accept(','));
    cursor.expect(')');
    String predicate = clauses();
    cursor.expectEnd();
    return new Statement.CreateIndex(
        name,
        table,
        ifNotExists,
        unique,
        vector,
        method,
        keys,
        include,
        distance,
        options,
        predicate);
  }

  private IndexKey key() {
    if (cursor.at('(')) {
      throw Unsupported.notYet(cursor.where(), "an index on an expression");
    }
    String column = cursor.name("the name of a column");
    if (cursor.at('(')) {
      throw Unsupported.notYet(cursor.where(), "an index on an expression");
    }
    if (cursor.at("collate")) {
      throw Unsupported.notYet(cursor.where(), "COLLATE");
    }
    String operatorClass = null;
    if (!cursor.atAny("asc", "desc", "nulls") && cursor.kind() == SqlLexer.Kind.WORD) {
      operatorClass = cursor.word();
      cursor.skip();
    }
    boolean descending = cursor.accept("desc");
    if (!descending) {
      cursor.accept("asc");
    }
    boolean nullsFirst = cursor.accept("nulls", "first");
    if (!nullsFirst) {
      cursor.accept("nulls", "last");
    }
    return new IndexKey(column, operatorClass, descending, nullsFirst);
  }

  /** What follows the columns; gives the predicate, which comes last. */
  private @Nullable String clauses() {
    while (cursor.kind() != SqlLexer.Kind.END) {
      if (cursor.at("using") && method == null) {
        cursor.skip();
        method = cursor.name("the kind of the index");
      } else if (cursor.at("distance") && distance == null) {
        cursor.skip();
        cursor.accept('=');
        distance = value("a distance");
      } else if (cursor.at("include") && include.isEmpty()) {
        cursor.skip();
        include = cursor.names("the name of a column");
      } else if (cursor.at("with") && options.isEmpty()) {
        cursor.skip();
        options();
      } else if (cursor.accept("where")) {
        return predicate();
      } else {
        throw cursor.unexpected("USING, DISTANCE, INCLUDE, WITH or WHERE, each once");
      }
    }
    return null;
  }

  private void options() {
    cursor.expect('(');
    do {
      String where = cursor.where();
      if (cursor.kind() != SqlLexer.Kind.WORD) {
        throw cursor.unexpected("the name of an option");
      }
      String name = cursor.word();
      cursor.skip();
      cursor.expect('=');
      if (options.put(name, value("the value of " + name)) != null) {
        throw new QuiverException(
            ErrorCode.SYNTAX_ERROR, where + "option " + name + " is given twice");
      }
    } while (cursor.accept(','));
    cursor.expect(')');
    distance = option(distance, "distance");
    // Milvus's names.
    distance = option(distance, "metric_type");
    method = option(method, "index_type");
  }

  /** What stands beside the options, too. */
  private @Nullable String option(@Nullable String said, String name) {
    String asOption = options.remove(name);
    if (asOption != null && said != null) {
      throw new QuiverException(
          ErrorCode.SYNTAX_ERROR,
          cursor.where() + name + " says what has been said: found " + said + " and " + asOption);
    }
    return said == null ? asOption : said;
  }

  /** A word, a string or a number, in lower case. */
  private String value(String wanted) {
    String value =
        switch (cursor.kind()) {
          case WORD, INTEGER, DECIMAL -> cursor.text();
          case STRING -> {
            String text = cursor.text();
            yield text.substring(1, text.length() - 1);
          }
          default -> throw cursor.unexpected(wanted);
        };
    cursor.skip();
    return value.toLowerCase(Locale.ROOT);
  }

  private String predicate() {
    int from = cursor.offset();
    if (cursor.kind() == SqlLexer.Kind.END) {
      throw cursor.unexpected("a condition");
    }
    while (cursor.kind() != SqlLexer.Kind.END) {
      if (cursor.kind() == SqlLexer.Kind.PARAMETER) {
        throw cursor.unexpected("a condition without parameters");
      }
      cursor.skip();
    }
    return cursor.expression(from);
  }
}
