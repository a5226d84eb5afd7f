package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** The functions of JSON, the conditions, and what is asked of the session. */
final class BuiltinOthers {
  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinOthers() {}

  static List<FunctionBuilder> all() {
    BuiltinOthers others = new BuiltinOthers();
    others.addConditions();
    others.addJson();
    others.addSession();
    others.addSequences();
    return others.functions;
  }

  private FunctionBuilder add(FunctionCategory category, String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(category, name, description);
    functions.add(builder);
    return builder;
  }

  private void addConditions() {
    condition("coalesce", "the first that is not NULL", ScalarFunction.COALESCE);
    condition("greatest", "the greatest; NULLs are left out", ScalarFunction.GREATEST);
    condition("least", "the least; NULLs are left out", ScalarFunction.LEAST);
  }

  private void condition(String name, String description, ScalarFunction function) {
    add(FunctionCategory.CONDITION, name, description)
        .taking(ArgumentKind.ANY, "value")
        .repeated()
        .givesTheSame(function);
  }

  private FunctionBuilder json(String name, String description) {
    return add(FunctionCategory.JSON, name, description).json("j");
  }

  private void addJson() {
    json("$json_member", "")
        .taking(ArgumentKind.JSON_KEY, "member")
        .gives(SqlType.JSON, ScalarFunction.JSON_MEMBER);
    json("$json_member_text", "")
        .taking(ArgumentKind.JSON_KEY, "member")
        .gives(SqlType.TEXT, ScalarFunction.JSON_MEMBER_TEXT);
    json("$json_path", "")
        .taking(ArgumentKind.AS_TEXT, "path")
        .gives(SqlType.JSON, ScalarFunction.JSON_PATH);
    json("$json_path_text", "")
        .taking(ArgumentKind.AS_TEXT, "path")
        .gives(SqlType.TEXT, ScalarFunction.JSON_PATH_TEXT);
    json("json_value", "the string, number or truth value at a path such as $.a[0]; else NULL")
        .text("path")
        .gives(SqlType.TEXT, ScalarFunction.JSON_VALUE);
    json("json_query", "the object or array at a path; else NULL")
        .text("path")
        .gives(SqlType.JSON, ScalarFunction.JSON_QUERY);
    json("json_exists", "whether there is anything at a path")
        .text("path")
        .gives(SqlType.BOOLEAN, ScalarFunction.JSON_EXISTS);
    json("json_typeof", "object, array, string, number, boolean or null")
        .gives(SqlType.TEXT, ScalarFunction.JSON_TYPEOF);
    json("json_array_length", "how many elements an array has")
        .gives(SqlType.INTEGER, ScalarFunction.JSON_ARRAY_LENGTH);
  }

  private void addSequences() {
    add(FunctionCategory.SESSION, "nextval", "the next value of a sequence; as NEXT VALUE FOR")
        .text("sequence")
        .gives(SqlType.BIGINT, ScalarFunction.NEXTVAL);
    add(FunctionCategory.SESSION, "currval", "the value that the session got last from a sequence")
        .text("sequence")
        .gives(SqlType.BIGINT, ScalarFunction.CURRVAL);
    add(FunctionCategory.SESSION, "lastval", "the value that the session got last of all")
        .gives(SqlType.BIGINT, ScalarFunction.LASTVAL);
    add(FunctionCategory.SESSION, "setval", "sets a sequence; whether the value counts as given")
        .text("sequence")
        .taking(ArgumentKind.BIGINT, "value")
        .optional()
        .taking(ArgumentKind.BOOLEAN, "given")
        .gives(SqlType.BIGINT, ScalarFunction.SETVAL);
  }

  private void addSession() {
    for (String name : List.of("current_user", "session_user", "user")) {
      add(FunctionCategory.SESSION, name, "the user's name")
          .word()
          .gives(SqlType.TEXT, ScalarFunction.CURRENT_USER);
    }
    add(FunctionCategory.SESSION, "current_database", "the database's name")
        .gives(SqlType.TEXT, ScalarFunction.CURRENT_CATALOG);
    add(FunctionCategory.SESSION, "current_catalog", "the database's name")
        .word()
        .gives(SqlType.TEXT, ScalarFunction.CURRENT_CATALOG);
    add(FunctionCategory.SESSION, "gen_random_uuid", "a random UUID, another in every row")
        .gives(SqlType.UUID, ScalarFunction.GEN_RANDOM_UUID);
    add(FunctionCategory.SESSION, "pg_typeof", "the name of the value's type")
        .taking(ArgumentKind.ANY_TYPE, "value")
        .gives(SqlType.TEXT, ScalarFunction.TYPE_NAME);
    add(FunctionCategory.SESSION, "version", "Quiver's name and version")
        .gives(SqlType.TEXT, ScalarFunction.VERSION);
  }
}
