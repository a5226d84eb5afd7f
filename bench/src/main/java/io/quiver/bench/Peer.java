package io.quiver.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Another system in a process of its own, which says what it is when it is ready and then answers
 * each line with the milliseconds that it took.
 */
final class Peer implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final PrintWriter questions;

  /** Starts a command of the shell, and prints what it says of itself. */
  Peer(String command) throws IOException {
    process =
        new ProcessBuilder("sh", "-c", "exec " + command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    questions = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    System.out.println(answer());
  }

  double millis(String question) throws IOException {
    questions.println(question);
    return Double.parseDouble(answer());
  }

  private String answer() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new IOException("the peer has ended");
    }
    return line;
  }

  @Override
  public void close() {
    process.destroy();
  }
}
