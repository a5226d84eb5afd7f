package io.quiver.storage.transaction;

import io.quiver.storage.catalog.CatalogChange;
import io.quiver.storage.catalog.SequenceDefinition;
import io.quiver.storage.catalog.TableId;
import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Gives the values of sequences, each once for ever. They are reserved in blocks, by a commit of
 * its own that is durable before any of them is given: what a crash leaves of a block is never
 * given. Safe for many threads; those that want values of one sequence wait for each other.
 */
public final class SequenceValues {
  private static final System.Logger LOG = System.getLogger(SequenceValues.class.getName());
  private static final int BLOCK = 256;
  private static final int TRIES_MAX = 1_000;

  /** There is no transaction. */
  private static final CommitPipeline.Committer NOBODY =
      new CommitPipeline.Committer() {
        @Override
        public void logged(CommitRecord record) {}

        @Override
        public void undone(CommitRecord record) {}
      };

  private final CommitPipeline pipeline;
  private final Map<TableId, Block> blocks = new ConcurrentHashMap<>();

  SequenceValues(CommitPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** What is left of reserved values, of a sequence as it was then. Its lock owns it. */
  private static final class Block {
    private final ReentrantLock lock = new ReentrantLock();
    private SequenceDefinition.Options options;
    private SequenceDefinition.Position end;
    private long next;
    private long left;

    private Block(SequenceDefinition sequence) {
      this.options = sequence.options();
      this.end = sequence.position();
    }

    private boolean isOf(SequenceDefinition sequence) {
      return options.equals(sequence.options()) && end.restarts() == sequence.position().restarts();
    }
  }

  /**
   * The next value of a committed sequence.
   *
   * @throws QuiverException 2200H when there is none left, 40001 when the sequence is gone, 58030
   *     when the log cannot be written
   */
  long next(TableId id) {
    Block block = blocks.computeIfAbsent(id, _ -> new Block(sequence(id)));
    block.lock.lock();
    try {
      if (block.left == 0 || !block.isOf(sequence(id))) {
        reserve(id, block);
      }
      long value = block.next;
      block.left--;
      if (block.left > 0) {
        block.next += block.options.increment();
      }
      return value;
    } finally {
      block.lock.unlock();
    }
  }

  private SequenceDefinition sequence(TableId id) {
    SequenceDefinition sequence = pipeline.memTable().newest().catalog().sequence(id);
    if (sequence == null) {
      throw RowConflicts.conflict("a sequence that this one uses");
    }
    return sequence;
  }

  private void reserve(TableId id, Block block) {
    for (int i = 0; i < TRIES_MAX; i++) {
      SequenceDefinition sequence = sequence(id);
      SequenceDefinition.Position from = sequence.position();
      if (from.exhausted()) {
        throw exhausted(sequence);
      }
      long count = sequence.reservable(Math.max(BLOCK, sequence.options().cache()));
      SequenceDefinition.Position to = sequence.after(count);
      if (advance(id, from, to)) {
        block.options = sequence.options();
        block.end = to;
        block.next = from.next();
        block.left = count;
        return;
      }
    }
    throw RowConflicts.conflict("a sequence, or set it again and again");
  }

  static QuiverException exhausted(SequenceDefinition sequence) {
    boolean up = sequence.options().increment() > 0;
    return new QuiverException(
        ErrorCode.SEQUENCE_EXHAUSTED,
        "sequence \""
            + sequence.name()
            + "\" has reached its "
            + (up
                ? "maximum, " + sequence.options().maximum()
                : "minimum, " + sequence.options().minimum()));
  }

  /** False where another has changed the sequence first. */
  private boolean advance(
      TableId id, SequenceDefinition.Position from, SequenceDefinition.Position to) {
    CommitRecord record =
        new CommitRecord(
            List.of(new CatalogChange.AdvanceSequence(id, from, to)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            CommitRecord.Expected.NOTHING);
    try {
      pipeline.commit(record, CommitMode.SYNCHRONOUS, NOBODY);
      return true;
    } catch (QuiverException e) {
      if (e.code() != ErrorCode.SERIALIZATION_FAILURE) {
        throw e;
      }
      return false;
    }
  }

  /** Where a sequence goes on, which has reserved all values before its own position. */
  SequenceDefinition.Position position(SequenceDefinition sequence) {
    Block block = blocks.get(sequence.id());
    if (block == null) {
      return sequence.position();
    }
    synchronized (block) {
      boolean current = block.end.equals(sequence.position()) && block.isOf(sequence);
      return current && block.left > 0
          ? new SequenceDefinition.Position(block.next, false, block.end.restarts())
          : sequence.position();
    }
  }

  /** Sets a committed sequence to a value; the values reserved are forgotten. */
  void set(TableId id, long value, boolean given) {
    for (int i = 0; i < TRIES_MAX; i++) {
      SequenceDefinition sequence = sequence(id);
      if (advance(id, sequence.position(), sequence.restarted(value, given).position())) {
        return;
      }
    }
    throw RowConflicts.conflict("a sequence, or set it again and again");
  }

  /**
   * Before the database is closed: the next one goes on with values that were not given. Where the
   * log takes nothing more, they stay reserved, and are never given.
   */
  public static void giveBack(CommitPipeline pipeline) {
    try {
      pipeline.sequences.giveAllBack();
    } catch (QuiverException e) {
      LOG.log(System.Logger.Level.DEBUG, "values of sequences stay reserved", e);
    }
  }

  private void giveAllBack() {
    blocks.forEach((id, block) -> {
      block.lock.lock();
      try {
        SequenceDefinition now = pipeline.memTable().newest().catalog().sequence(id);
        if (now != null && block.left > 0 && now.position().equals(block.end) && block.isOf(now)) {
          advance(
              id,
              now.position(),
              new SequenceDefinition.Position(block.next, false, block.end.restarts()));
          block.left = 0;
        }
      } finally {
        block.lock.unlock();
      }
    });
  }
}
