package io.quiver.avatica;

import org.jspecify.annotations.Nullable;

/** Avatica as the network sees it: bytes in, bytes out. Safe for many threads. */
public interface Protocol {
  /** Reads a request without running it; what cannot be read becomes an exchange that says so. */
  Exchange read(byte[] request);

  /** Ends what a statement is running, and drops the rows that it has left. */
  void cancel(String connectionId, int statementId);

  /** One request, to be answered once. */
  interface Exchange {
    /**
     * Runs the request if it neither waits nor takes longer than some ten microseconds.
     *
     * @return null when it was not run
     */
    @Nullable Answer answerAtOnce();

    /** Runs the request; errors are answers too. */
    Answer answer();
  }

  /** An HTTP status and a message, whose bytes nobody changes or compares. */
  @SuppressWarnings("ArrayRecordComponent")
  record Answer(int status, byte[] body) {}
}
