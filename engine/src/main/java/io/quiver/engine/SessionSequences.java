package io.quiver.engine;

import io.quiver.engine.definition.Names;
import io.quiver.executor.expression.Sequences;
import io.quiver.sql.SqlParser;
import io.quiver.sql.Statement.TableName;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.storage.transaction.Transaction;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values that one session got from sequences. One statement at a time uses it. */
final class SessionSequences {
  private final Map<TableId, Long> values = new HashMap<>();
  private @Nullable Long last;

  /** For a statement. */
  Sequences in(Names names, Transaction transaction) {
    return new InStatement(names, transaction);
  }

  private final class InStatement implements Sequences {
    private final Names names;
    private final Transaction transaction;
    private final Map<String, SequenceDefinition> found = new HashMap<>();

    InStatement(Names names, Transaction transaction) {
      this.names = names;
      this.transaction = transaction;
    }

    @Override
    public long next(String name) {
      TableId id = sequence(name).id();
      long value = transaction.nextValue(id);
      values.put(id, value);
      last = value;
      return value;
    }

    @Override
    public long current(String name) {
      Long value = values.get(sequence(name).id());
      if (value == null) {
        throw new QuiverException(
            ErrorCode.NOT_IN_PREREQUISITE_STATE,
            "this session has got no value of sequence \"" + name + "\" yet");
      }
      return value;
    }

    @Override
    public long last() {
      Long value = last;
      if (value == null) {
        throw new QuiverException(
            ErrorCode.NOT_IN_PREREQUISITE_STATE, "this session has got no value of a sequence yet");
      }
      return value;
    }

    @Override
    public void set(String name, long value, boolean given) {
      SequenceDefinition sequence = sequence(name);
      SequenceDefinition.Options options = sequence.options();
      if (value < options.minimum() || value > options.maximum()) {
        throw new QuiverException(
            ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
            "sequence \"%s\" goes from %d to %d, found %d"
                .formatted(name, options.minimum(), options.maximum(), value));
      }
      transaction.setValue(sequence.id(), value, given);
      if (given) {
        values.put(sequence.id(), value);
      }
    }

    private SequenceDefinition sequence(String name) {
      return found.computeIfAbsent(name, this::find);
    }

    private SequenceDefinition find(String name) {
      TableName parsed = SqlParser.parseName(name);
      SequenceDefinition sequence = names.sequence(parsed);
      if (sequence == null) {
        throw Names.undefined("sequence", parsed);
      }
      return sequence;
    }
  }
}
