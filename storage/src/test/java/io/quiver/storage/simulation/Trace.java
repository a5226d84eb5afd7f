package io.quiver.storage.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** What has happened, in order: a hash of all of it, and the last lines as text. */
public final class Trace {
  private static final int LINES_KEPT = 40;
  private static final long PRIME = 0x100000001b3L;

  private final Deque<String> last = new ArrayDeque<>();
  private long hash = 0xcbf29ce484222325L;
  private long lines;

  /** Adds a line. FNV-1a over its characters. */
  public void add(String line) {
    for (int i = 0; i < line.length(); i++) {
      hash = (hash ^ line.charAt(i)) * PRIME;
    }
    hash = (hash ^ '\n') * PRIME;
    lines++;
    last.addLast(line);
    if (last.size() > LINES_KEPT) {
      last.removeFirst();
    }
  }

  /** Of all lines so far. */
  public long hash() {
    return hash;
  }

  public long lines() {
    return lines;
  }

  /** The newest lines, oldest first. */
  public List<String> last() {
    return List.copyOf(last);
  }
}
