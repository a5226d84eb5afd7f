package io.quiver.cli;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The demonstration behind {@code quiver demo}, found by {@link java.util.ServiceLoader}: it brings
 * a model, which the other commands do without.
 */
public interface Demo {
  /** How it was called. */
  record Options(Path data, boolean rebuild, Optional<String> question) {}

  /** Returns the exit code. */
  int run(Options options) throws Exception;
}
