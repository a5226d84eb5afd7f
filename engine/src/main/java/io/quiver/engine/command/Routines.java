package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.planner.translate.FunctionInfo;
import io.quiver.types.Batch;
import io.quiver.types.Field;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions, as SHOW FUNCTIONS and information_schema.routines list them. */
public final class Routines {
  /** A row for each form of a function. */
  static final SystemTable TABLE =
      InformationSchema.table(
          "routines",
          "specific_catalog, specific_schema, specific_name, routine_catalog, routine_schema,"
              + " routine_name, routine_type, data_type, routine_body, routine_definition?,"
              + " external_name?, external_language?, parameter_style?, is_deterministic?,"
              + " sql_data_access?, is_null_call?, schema_level_routine?,"
              + " max_dynamic_result_sets#?, is_user_defined_cast?, security_type?,"
              + " routine_category, routine_parameters, routine_comment");

  public static final Schema SHOWN =
      Schema.of(text("function"), text("returns"), text("category"), text("description"));

  private static final String SCHEMA = "information_schema";

  private Routines() {}

  private static Field text(String name) {
    return new Field(name, SqlType.TEXT, false);
  }

  /** The rows of SHOW FUNCTIONS. */
  public static Batch shown(List<FunctionInfo> functions) {
    Rows rows = new Rows(SHOWN);
    for (FunctionInfo info : functions) {
      for (FunctionInfo.Form form : info.forms()) {
        rows.add(info.call(form), form.returns(), info.category().title(), info.description());
      }
    }
    return rows.batch();
  }

  /** The rows of information_schema.routines. */
  static Batch rows(String database, List<FunctionInfo> functions) {
    Rows rows = new Rows(TABLE.schema());
    for (FunctionInfo info : functions) {
      int number = 0;
      for (FunctionInfo.Form form : info.forms()) {
        Map<String, @Nullable Object> values = new HashMap<>();
        values.put("specific_catalog", database);
        values.put("specific_schema", SCHEMA);
        values.put("specific_name", info.name() + "_" + ++number);
        values.put("routine_catalog", database);
        values.put("routine_schema", SCHEMA);
        values.put("routine_name", info.name());
        values.put("routine_type", "FUNCTION");
        values.put("data_type", form.returns());
        values.put("routine_body", "EXTERNAL");
        values.put("external_language", "JAVA");
        values.put("routine_category", info.category().name().toLowerCase(Locale.ROOT));
        values.put("routine_parameters", form.parameters() == null ? "" : form.parameters());
        values.put("routine_comment", info.description());
        rows.add(TABLE.schema().fields().stream().map(f -> values.get(f.name())).toArray());
      }
    }
    return rows.batch();
  }
}
