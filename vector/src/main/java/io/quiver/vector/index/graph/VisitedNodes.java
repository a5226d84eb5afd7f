package io.quiver.vector.index.graph;

import java.util.Arrays;

/** Which nodes a search has seen: a byte each, so that forgetting them all is adding one. */
public final class VisitedNodes {
  private final byte[] marks;
  private byte mark;

  public VisitedNodes(int nodes) {
    marks = new byte[nodes];
  }

  /** Forgets all. */
  public void clear() {
    if (++mark == 0) {
      Arrays.fill(marks, (byte) 0);
      mark = 1;
    }
  }

  /** Marks a node; returns whether it was not marked. */
  public boolean add(int node) {
    if (marks[node] == mark) {
      return false;
    }
    marks[node] = mark;
    return true;
  }

  public boolean contains(int node) {
    return marks[node] == mark;
  }

  /** One for each node; those that equal {@link #mark} have been seen. */
  public byte[] marks() {
    return marks;
  }

  public byte mark() {
    return mark;
  }
}
