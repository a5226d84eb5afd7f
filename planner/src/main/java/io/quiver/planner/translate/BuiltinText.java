package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** The functions of text. */
final class BuiltinText {
  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinText() {}

  static List<FunctionBuilder> all() {
    BuiltinText text = new BuiltinText();
    text.addLetters();
    text.addParts();
    text.addSearches();
    text.addPatterns();
    text.addBytes();
    return text.functions;
  }

  private FunctionBuilder text(String name, String description) {
    return add(FunctionCategory.TEXT, name, description);
  }

  private FunctionBuilder add(FunctionCategory category, String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(category, name, description);
    functions.add(builder);
    return builder;
  }

  private void addLetters() {
    text("lower", "the text in small letters").text("t").gives(SqlType.TEXT, ScalarFunction.LOWER);
    text("upper", "the text in capitals").text("t").gives(SqlType.TEXT, ScalarFunction.UPPER);
    text("initcap", "each word's first letter large, the others small")
        .text("t")
        .gives(SqlType.TEXT, ScalarFunction.INITCAP);
    text("length", "how many characters")
        .also("char_length", "character_length")
        .text("t")
        .gives(SqlType.INTEGER, ScalarFunction.CHAR_LENGTH);
    text("octet_length", "how many bytes in UTF-8")
        .text("t")
        .gives(SqlType.INTEGER, ScalarFunction.OCTET_LENGTH);
    text("reverse", "the characters backwards")
        .text("t")
        .gives(SqlType.TEXT, ScalarFunction.REVERSE);
    text("repeat", "the text n times")
        .text("t")
        .integer("n")
        .gives(SqlType.TEXT, ScalarFunction.REPEAT);
    text("concat", "the arguments as text, one after the other; NULLs are left out")
        .taking(ArgumentKind.AS_TEXT, "value")
        .repeated()
        .gives(SqlType.TEXT, ScalarFunction.CONCAT);
    text("concat_ws", "the arguments as text with a separator between; NULLs are left out")
        .text("separator")
        .taking(ArgumentKind.AS_TEXT, "value")
        .repeated()
        .gives(SqlType.TEXT, ScalarFunction.CONCAT_WS);
    text("format", "%s as text, %I as a name, %L as a literal; %2$s and %-10s as well")
        .text("format")
        .optional()
        .taking(ArgumentKind.AS_TEXT, "value")
        .repeated()
        .gives(SqlType.TEXT, ScalarFunction.FORMAT);
    text("ascii", "the code of the first character; 0 for an empty text")
        .text("t")
        .gives(SqlType.INTEGER, ScalarFunction.ASCII);
    text("chr", "the character of a code").integer("n").gives(SqlType.TEXT, ScalarFunction.CHR);
    text("to_hex", "the number in hexadecimal digits, two's complement")
        .taking(ArgumentKind.BIGINT, "n")
        .gives(SqlType.TEXT, ScalarFunction.TO_HEX);
    add(FunctionCategory.BYTES, "md5", "the MD5 of the text's UTF-8 in hexadecimal digits")
        .text("t")
        .gives(SqlType.TEXT, ScalarFunction.MD5);
  }

  private FunctionBuilder pattern(String name, String description) {
    return add(FunctionCategory.PATTERN, name, description).text("t", "regex");
  }

  private void addPatterns() {
    pattern("regexp_like", "whether it is found")
        .optional()
        .text("flags")
        .gives(SqlType.BOOLEAN, ScalarFunction.REGEXP_LIKE);
    pattern("regexp_match", "the groups of the first match, or all of it; NULL without one")
        .optional()
        .text("flags")
        .gives(new SqlType.Array(SqlType.TEXT), ScalarFunction.REGEXP_MATCH);
    pattern("regexp_count", "how often it is found")
        .optional()
        .integer("from")
        .text("flags")
        .gives(SqlType.INTEGER, ScalarFunction.REGEXP_COUNT);
    pattern("regexp_substr", "the n-th match; NULL where there is none")
        .optional()
        .integer("from", "n")
        .text("flags")
        .gives(SqlType.TEXT, ScalarFunction.REGEXP_SUBSTR);
    pattern("regexp_instr", "where the n-th match begins, or 0")
        .optional()
        .integer("from", "n")
        .text("flags")
        .gives(SqlType.INTEGER, ScalarFunction.REGEXP_INSTR);
    pattern("regexp_replace", "the first match replaced, with the flag g every one")
        .text("replacement")
        .optional()
        .text("flags")
        .gives(SqlType.TEXT, ScalarFunction.REGEXP_REPLACE);
  }

  private void digest(String name, String description, ScalarFunction function) {
    add(FunctionCategory.BYTES, name, description)
        .taking(ArgumentKind.BYTES, "b")
        .gives(SqlType.VARBINARY, function)
        .text("t")
        .gives(SqlType.VARBINARY, function);
  }

  private void addBytes() {
    digest("sha256", "the SHA-256 of bytes, or of a text's UTF-8", ScalarFunction.SHA256);
    digest("sha512", "the SHA-512 of bytes, or of a text's UTF-8", ScalarFunction.SHA512);
    add(FunctionCategory.BYTES, "encode", "bytes written as hex, base64 or escape")
        .taking(ArgumentKind.BYTES, "b")
        .text("format")
        .gives(SqlType.TEXT, ScalarFunction.ENCODE);
    add(FunctionCategory.BYTES, "decode", "the bytes that a text in hex, base64 or escape writes")
        .text("t", "format")
        .gives(SqlType.VARBINARY, ScalarFunction.DECODE);
  }

  private void addParts() {
    text("substring", "the part from a position, of so many characters or up to the end")
        .also("substr")
        .text("t")
        .integer("from")
        .optional()
        .integer("count")
        .gives(SqlType.TEXT, ScalarFunction.SUBSTRING);
    text("left", "the first n characters; with a negative n all but the last n")
        .text("t")
        .integer("n")
        .gives(SqlType.TEXT, ScalarFunction.LEFT);
    text("right", "the last n characters; with a negative n all but the first n")
        .text("t")
        .integer("n")
        .gives(SqlType.TEXT, ScalarFunction.RIGHT);
    trim("trim", "without these characters, or spaces, at both ends", ScalarFunction.TRIM_BOTH)
        .also("btrim");
    trim("ltrim", "without these characters, or spaces, in front", ScalarFunction.TRIM_LEADING);
    trim("rtrim", "without these characters, or spaces, at the end", ScalarFunction.TRIM_TRAILING);
    text("lpad", "filled up in front, or cut, to a length; with spaces unless told")
        .text("t")
        .integer("length")
        .optional()
        .text("fill")
        .gives(SqlType.TEXT, ScalarFunction.LPAD);
    text("rpad", "filled up at the end, or cut, to a length; with spaces unless told")
        .text("t")
        .integer("length")
        .optional()
        .text("fill")
        .gives(SqlType.TEXT, ScalarFunction.RPAD);
    text("split_part", "the n-th part, from the end with a negative n; empty where there is none")
        .text("t", "delimiter")
        .integer("n")
        .gives(SqlType.TEXT, ScalarFunction.SPLIT_PART);
  }

  private FunctionBuilder trim(String name, String description, ScalarFunction function) {
    return text(name, "the text " + description)
        .text("t")
        .optional()
        .text("characters")
        .gives(SqlType.TEXT, function);
  }

  private void addSearches() {
    text("replace", "each occurrence of a text replaced")
        .text("t", "from", "to")
        .gives(SqlType.TEXT, ScalarFunction.REPLACE);
    text("translate", "each character of from replaced by that at its place in to, or taken away")
        .text("t", "from", "to")
        .gives(SqlType.TEXT, ScalarFunction.TRANSLATE);
    text("position", "where the part begins, or 0; POSITION(part IN t) as well")
        .text("part", "t")
        .gives(SqlType.INTEGER, ScalarFunction.POSITION);
    text("strpos", "where the part begins, or 0")
        .text("t", "part")
        .swapped()
        .gives(SqlType.INTEGER, ScalarFunction.POSITION);
    text("starts_with", "whether it does")
        .text("t", "prefix")
        .gives(SqlType.BOOLEAN, ScalarFunction.STARTS_WITH);
    text("ends_with", "whether it does")
        .text("t", "suffix")
        .gives(SqlType.BOOLEAN, ScalarFunction.ENDS_WITH);
  }
}
