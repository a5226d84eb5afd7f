package io.quiver.vector.index;

/**
 * Keys as {@link KeyHeap} has them, and which the greatest of the least so many is: a search that
 * goes on keeps the candidates that it has expanded here, and has looked far enough when nothing is
 * left to expand before that one. It belongs to one thread.
 */
public final class LeastKeys {
  /** The least, inverted, so that the greatest of them is on top. */
  private final KeyHeap near = new KeyHeap();

  private final KeyHeap far = new KeyHeap();
  private long wanted;

  /** Sets how many the least are, never fewer than before. */
  public void want(long newWanted) {
    wanted = newWanted;
    while (near.size() < wanted && !far.isEmpty()) {
      near.push(~far.pop());
    }
  }

  public void push(long key) {
    if (near.size() < wanted) {
      near.push(~key);
    } else if (key < last()) {
      far.push(~near.replaceTop(~key));
    } else {
      far.push(key);
    }
  }

  /** The greatest of the least; greater than all keys while there are too few. */
  public long last() {
    return near.size() < wanted ? Long.MAX_VALUE : ~near.top();
  }
}
