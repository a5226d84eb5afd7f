package io.quiver.sql;

import io.quiver.sql.Statement.ColumnSpec;
import io.quiver.sql.Statement.IdentityKind;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The type and the constraints of one column of CREATE TABLE. */
final class ColumnParser {
  private static final int MICROSECONDS = 6;

  /** Words that begin another constraint, and so end a DEFAULT. */
  private static final String[] CONSTRAINTS = {
    "not",
    "null",
    "default",
    "primary",
    "unique",
    "check",
    "references",
    "generated",
    "constraint",
    "collate",
    "auto_increment",
    "autoincrement",
    "comment"
  };

  private final TokenCursor cursor;
  private final String name;
  private boolean notNull;
  private boolean saysNull;
  private final List<ConstraintSpec> constraints = new ArrayList<>();
  private @Nullable String defaultSql;
  private IdentityKind identity = IdentityKind.NONE;

  ColumnParser(TokenCursor cursor, String name) {
    this.cursor = cursor;
    this.name = name;
  }

  /** Those that are not part of the {@link ColumnSpec}, in their order. */
  List<ConstraintSpec> constraints() {
    return constraints;
  }

  private boolean isPrimaryKey() {
    return constraints.stream().anyMatch(ConstraintSpec.PrimaryKey.class::isInstance);
  }

  ColumnSpec parse() {
    String where = cursor.where();
    SqlType type = type();
    while (cursor.kind() != SqlLexer.Kind.END && !cursor.at(',') && !cursor.at(')')) {
      constraint();
    }
    if (identity != IdentityKind.NONE
        && !type.equals(SqlType.INTEGER)
        && !type.equals(SqlType.BIGINT)) {
      throw invalid(where, "an identity is INTEGER or BIGINT, found " + type.sqlName());
    }
    if (identity != IdentityKind.NONE && defaultSql != null) {
      throw invalid(where, "column \"" + name + "\" has both an identity and a default");
    }
    boolean nullable = !notNull && !isPrimaryKey() && identity == IdentityKind.NONE;
    if (saysNull && !nullable) {
      throw invalid(where, "column \"" + name + "\" is both NULL and NOT NULL");
    }
    return new ColumnSpec(name, type, nullable, defaultSql, identity);
  }

  /** The name of a type, with what stands in parentheses behind it. */
  SqlType type() {
    String where = cursor.where();
    if (cursor.kind() != SqlLexer.Kind.WORD) {
      throw cursor.unexpected("the type of column \"" + name + "\"");
    }
    String word = cursor.word();
    cursor.skip();
    SqlType type =
        switch (word) {
          case "boolean", "bool" -> SqlType.BOOLEAN;
          case "tinyint" -> SqlType.TINYINT;
          case "smallint", "int2" -> SqlType.SMALLINT;
          case "int", "integer", "int4" -> SqlType.INTEGER;
          case "bigint", "int8" -> SqlType.BIGINT;
          case "real", "float4" -> SqlType.REAL;
          case "float8" -> SqlType.DOUBLE;
          case "double" -> {
            cursor.accept("precision");
            yield SqlType.DOUBLE;
          }
          case "float" -> floatType();
          case "text", "string" -> SqlType.TEXT;
          case "varchar" -> varchar();
          case "character", "char" ->
              cursor.accept("varying") || cursor.at('(') ? varchar() : new SqlType.Varchar(1);
          case "decimal", "numeric", "dec" -> decimal();
          case "varbinary", "bytea", "binary" -> varbinary();
          case "time" -> time();
          case "timestamptz" -> {
            precision();
            yield SqlType.TIMESTAMP_TZ;
          }
          case "uuid" -> SqlType.UUID;
          case "json", "jsonb" -> SqlType.JSON;
          case "date" -> SqlType.DATE;
          case "timestamp" -> timestamp();
          case "vector" -> vector(where);
          case "halfvec" -> vector(where, "HALFVEC", "float16");
          case "bit" -> vector(where, "BIT", "binary");
          case "serial", "serial4" -> identityType(SqlType.INTEGER);
          case "bigserial", "serial8" -> identityType(SqlType.BIGINT);
          default -> throw TypeNames.unknown(word, where);
        };
    if (cursor.accept("array")) {
      return new SqlType.Array(type);
    }
    SqlType whole = type;
    while (cursor.accept('[')) {
      cursor.expect(']');
      whole = new SqlType.Array(whole);
    }
    return whole;
  }

  private SqlType identityType(SqlType type) {
    identity = IdentityKind.BY_DEFAULT;
    return type;
  }

  /** FLOAT(p) counts binary digits: up to 24 are a REAL. */
  private SqlType floatType() {
    if (!cursor.accept('(')) {
      return SqlType.DOUBLE;
    }
    String where = cursor.where();
    int digits = cursor.number("a precision");
    cursor.expect(')');
    if (digits < 1 || digits > 53) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          where + "FLOAT has 1 to 53 binary digits, found " + digits);
    }
    return digits <= 24 ? SqlType.REAL : SqlType.DOUBLE;
  }

  private SqlType varchar() {
    if (!cursor.accept('(')) {
      return SqlType.TEXT;
    }
    String where = cursor.where();
    int length = cursor.number("a length");
    cursor.expect(')');
    if (length < 1) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, where + "VARCHAR needs a length of at least 1");
    }
    return new SqlType.Varchar(length);
  }

  private SqlType decimal() {
    if (!cursor.accept('(')) {
      return TypeNames.decimal(-1, -1);
    }
    int precision = cursor.number("a precision");
    int scale = cursor.accept(',') ? cursor.number("a scale") : 0;
    cursor.expect(')');
    return TypeNames.decimal(precision, scale);
  }

  private SqlType varbinary() {
    if (!cursor.accept('(')) {
      return SqlType.VARBINARY;
    }
    int length = cursor.number("a length");
    cursor.expect(')');
    return new SqlType.Varbinary(length);
  }

  private SqlType time() {
    precision();
    if (cursor.at("with")) {
      throw Unsupported.notYet(cursor.where(), "TIME WITH TIME ZONE");
    }
    if (cursor.at("without")) {
      cursor.expect("without", "time", "zone");
    }
    return SqlType.TIME;
  }

  private SqlType timestamp() {
    precision();
    if (cursor.accept("with")) {
      cursor.accept("local");
      cursor.expect("time", "zone");
      return SqlType.TIMESTAMP_TZ;
    }
    if (cursor.at("without")) {
      cursor.expect("without", "time", "zone");
    }
    return SqlType.TIMESTAMP;
  }

  /** Digits of a second: microseconds are kept in any case. */
  private void precision() {
    if (cursor.accept('(')) {
      String where = cursor.where();
      int digits = cursor.number("a precision");
      cursor.expect(')');
      if (digits > MICROSECONDS) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            where + "a second has 0 to 6 decimal places, found " + digits);
      }
    }
  }

  private SqlType vector(String where) {
    if (!cursor.accept('(')) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          where + "a VECTOR column needs its dimension, such as VECTOR(384)");
    }
    int dimension = cursor.number("a dimension");
    String element = "float32";
    if (cursor.accept(',')) {
      element = cursor.word();
      if (element.isEmpty()) {
        throw cursor.unexpected("the type of the elements");
      }
      cursor.skip();
    }
    cursor.expect(')');
    return TypeNames.vector(dimension, element, where);
  }

  /** pgvector's names of vectors whose element is not FLOAT32. */
  private SqlType vector(String where, String word, String element) {
    if (!cursor.accept('(')) {
      throw new QuiverException(
          ErrorCode.INVALID_TABLE_DEFINITION,
          where + "a " + word + " column needs its dimension, such as " + word + "(384)");
    }
    int dimension = cursor.number("a dimension");
    cursor.expect(')');
    return TypeNames.vector(dimension, element, where);
  }

  private void constraint() {
    ConstraintParser parser = new ConstraintParser(cursor);
    ConstraintSpec constraint = parser.ofColumn(parser.name(), name);
    if (constraint != null) {
      constraints.add(constraint);
    } else if (cursor.accept("not", "null")) {
      notNull = true;
    } else if (cursor.accept("null")) {
      saysNull = true;
    } else if (cursor.accept("default")) {
      if (defaultSql != null) {
        throw invalid(cursor.where(), "column \"" + name + "\" has two defaults");
      }
      defaultSql = defaultExpression(cursor);
    } else if (cursor.accept("generated")) {
      generated();
    } else if (cursor.accept("auto_increment") || cursor.accept("autoincrement")) {
      identity = IdentityKind.BY_DEFAULT;
    } else if (cursor.atAny("collate", "comment")) {
      throw Unsupported.notYet(cursor.where(), cursor.word().toUpperCase(Locale.ROOT));
    } else {
      throw cursor.unexpected(", or ) or a constraint of column \"" + name + "\"");
    }
  }

  private void generated() {
    if (cursor.accept("always")) {
      identity = IdentityKind.ALWAYS;
    } else {
      cursor.expect("by", "default");
      identity = IdentityKind.BY_DEFAULT;
    }
    cursor.expect("as");
    if (cursor.at('(')) {
      throw Unsupported.notYet(cursor.where(), "a computed column");
    }
    cursor.expect("identity");
    if (cursor.at('(')) {
      throw Unsupported.notYet(cursor.where(), "an identity with options");
    }
  }

  /** The text up to the next constraint; NOT and NULL inside of an expression need parentheses. */
  static String defaultExpression(TokenCursor cursor) {
    int from = cursor.offset();
    int depth = 0;
    boolean first = true;
    while (cursor.kind() != SqlLexer.Kind.END) {
      if (depth == 0 && (cursor.at(',') || cursor.at(')'))) {
        break;
      }
      if (depth == 0 && !first && cursor.atAny(CONSTRAINTS)) {
        break;
      }
      if (cursor.kind() == SqlLexer.Kind.PARAMETER) {
        throw cursor.unexpected("a default without parameters");
      }
      if (cursor.at('(') || cursor.at('[') || cursor.at("case")) {
        depth++;
      } else if (cursor.at(')') || cursor.at(']') || cursor.at("end")) {
        depth--;
      }
      first = false;
      cursor.skip();
    }
    if (first) {
      throw cursor.unexpected("a default");
    }
    return cursor.expression(from);
  }

  private static QuiverException invalid(String where, String message) {
    return new QuiverException(ErrorCode.INVALID_TABLE_DEFINITION, where + message);
  }
}
