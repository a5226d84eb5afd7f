package io.quiver.executor.expression;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;

/** What a session's statements ask of sequences, by names as SQL writes them. */
public interface Sequences {
  /** Where there are none. */
  Sequences NONE =
      new Sequences() {
        @Override
        public long next(String name) {
          throw none(name);
        }

        @Override
        public long current(String name) {
          throw none(name);
        }

        @Override
        public long last() {
          throw none("any");
        }

        @Override
        public void set(String name, long value, boolean given) {
          throw none(name);
        }

        private static QuiverException none(String name) {
          return new QuiverException(
              ErrorCode.UNDEFINED_TABLE, "there is no sequence \"" + name + "\"");
        }
      };

  /** The next value. */
  long next(String name);

  /** The value that this session got last from a sequence. */
  long current(String name);

  /** The value that this session got last from any sequence. */
  long last();

  /**
   * Sets a sequence.
   *
   * @param given whether the value counts as given
   */
  void set(String name, long value, boolean given);
}
