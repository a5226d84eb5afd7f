package io.quiver.engine.command;

import io.quiver.executor.plan.SystemTable;
import io.quiver.storage.catalog.Catalog;
import io.quiver.storage.catalog.SequenceDefinition;

/** information_schema.sequences, and the statements that make sequences again. */
final class SequenceRows {
  private static final int BIGINT_BITS = 64;

  static final SystemTable SEQUENCES =
      InformationSchema.table(
          "sequences",
          "sequence_catalog, sequence_schema, sequence_name, data_type, numeric_precision#,"
              + " numeric_precision_radix#, numeric_scale#, start_value, minimum_value,"
              + " maximum_value, increment, cycle_option");

  private SequenceRows() {}

  static void add(Rows rows, String database, Catalog catalog) {
    for (SequenceDefinition sequence : catalog.sequences()) {
      SequenceDefinition.Options options = sequence.options();
      rows.add(
          database,
          sequence.schemaName(),
          sequence.name(),
          "BIGINT",
          BIGINT_BITS,
          2,
          0,
          String.valueOf(options.start()),
          String.valueOf(options.minimum()),
          String.valueOf(options.maximum()),
          String.valueOf(options.increment()),
          InformationSchema.yesOrNo(options.cycle()));
    }
  }

  /** CREATE SEQUENCE, with all that it has. */
  static String definition(SequenceDefinition sequence) {
    SequenceDefinition.Options options = sequence.options();
    return "CREATE SEQUENCE "
        + DefinitionText.qualified(sequence.schemaName(), sequence.name())
        + " START WITH "
        + options.start()
        + " INCREMENT BY "
        + options.increment()
        + " MINVALUE "
        + options.minimum()
        + " MAXVALUE "
        + options.maximum()
        + " CACHE "
        + options.cache()
        + (options.cycle() ? " CYCLE" : " NO CYCLE");
  }

  /** What makes a sequence that has just been created go on where another is. */
  static String position(SequenceDefinition sequence, SequenceDefinition.Position position) {
    SequenceDefinition.Options options = sequence.options();
    String name = DefinitionText.qualified(sequence.schemaName(), sequence.name());
    if (position.exhausted()) {
      long last = options.increment() > 0 ? options.maximum() : options.minimum();
      return "SELECT setval('" + name.replace("'", "''") + "', " + last + ")";
    }
    return "ALTER SEQUENCE " + name + " RESTART WITH " + position.next();
  }
}
