package io.quiver.engine.definition;

import io.quiver.sql.SequenceReferences;
import io.quiver.sql.SequenceSpec;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement;
import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.ColumnDefinition;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableDefinition;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** CREATE, ALTER and DROP SEQUENCE. */
final class SequenceDefinitions {
  private SequenceDefinitions() {}

  static void create(Statement.CreateSequence command, DefinitionContext context) {
    String schema = context.names().schemaToMake(command.name());
    String name = command.name().name();
    if (command.ifNotExists() && context.catalog().isTaken(schema, name)) {
      return;
    }
    context.names().checkFree(schema, name);
    SequenceDefinition sequence =
        SequenceDefinition.create(
            context.transaction().newView(), schema, name, options(command.options(), null));
    context.transaction().change(new CatalogChange.PutSequence(sequence));
  }

  static void alter(Statement.AlterSequence command, DefinitionContext context) {
    SequenceDefinition old = context.names().sequence(command.name());
    if (old == null) {
      if (command.ifExists()) {
        return;
      }
      throw Names.undefined("sequence", command.name());
    }
    SequenceDefinition altered = old.with(options(command.options(), old.options()));
    if (command.options().restarts()) {
      Long restart = command.options().restart();
      long value = restart == null ? altered.options().start() : restart;
      checkWithin(value, altered.options());
      altered = altered.restarted(value, false);
    } else {
      checkWithin(old.position().next(), altered.options());
    }
    context.transaction().change(new CatalogChange.PutSequence(altered));
  }

  private static void checkWithin(long value, SequenceDefinition.Options options) {
    if (value < options.minimum() || value > options.maximum()) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          "the sequence goes from %d to %d, and cannot go on with %d"
              .formatted(options.minimum(), options.maximum(), value));
    }
  }

  /** What is said, and otherwise what was, or what is usual. */
  private static SequenceDefinition.Options options(
      SequenceSpec spec, SequenceDefinition.@Nullable Options old) {
    long increment = orElse(spec.increment(), old == null ? 1 : old.increment());
    if (increment == 0) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "the INCREMENT of a sequence is not 0");
    }
    boolean up = increment > 0;
    long minimum =
        bound(spec.minimum(), up ? 1 : Long.MIN_VALUE, old == null ? null : old.minimum());
    long maximum =
        bound(spec.maximum(), up ? Long.MAX_VALUE : -1, old == null ? null : old.maximum());
    long start = orElse(spec.start(), old == null ? (up ? minimum : maximum) : old.start());
    long cache = orElse(spec.cache(), old == null ? 1 : old.cache());
    if (minimum >= maximum || start < minimum || start > maximum || cache < 1) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE,
          ("a sequence has MINVALUE below MAXVALUE, START between them and CACHE of at least 1,"
                  + " found %d, %d, %d and %d")
              .formatted(minimum, maximum, start, cache));
    }
    boolean oldCycle = old != null && old.cycle();
    Boolean cycle = spec.cycle();
    return new SequenceDefinition.Options(
        start, increment, minimum, maximum, cycle == null ? oldCycle : cycle, cache);
  }

  private static long orElse(@Nullable Long said, long otherwise) {
    return said == null ? otherwise : said;
  }

  private static long bound(SequenceSpec.@Nullable Bound said, long usual, @Nullable Long old) {
    if (said == null) {
      return old == null ? usual : old;
    }
    return orElse(said.value(), usual);
  }

  static void drop(Statement.DropSequence command, DefinitionContext context) {
    Set<SequenceDefinition> dropped = new LinkedHashSet<>();
    for (Statement.TableName name : command.names()) {
      SequenceDefinition sequence = context.names().sequence(name);
      if (sequence != null) {
        dropped.add(sequence);
      } else if (!command.ifExists()) {
        throw Names.undefined("sequence", name);
      }
    }
    for (TableDefinition table : context.catalog().tables()) {
      TableDefinition without = table;
      for (ColumnDefinition column : table.columns()) {
        String defaultSql = column.defaultSql();
        if (defaultSql != null && uses(defaultSql, dropped, context)) {
          if (!command.cascade()) {
            throw new QuiverException(
                ErrorCode.DEPENDENT_OBJECTS_EXIST,
                "the default of column \"%s\" of table \"%s\" uses the sequence; CASCADE drops it, too"
                    .formatted(column.name(), table.name()));
          }
          without = without.with(column.withDefault(null));
        }
      }
      if (!without.equals(table)) {
        context.transaction().alterTable(without);
      }
    }
    dropped.forEach(
        sequence -> context.transaction().change(new CatalogChange.DropSequence(sequence.id())));
  }

  private static boolean uses(
      String defaultSql, Set<SequenceDefinition> sequences, DefinitionContext context) {
    return SequenceReferences.of(defaultSql).stream()
        .map(name -> context.names().sequence(SqlParser.parseName(name)))
        .anyMatch(sequences::contains);
  }
}
