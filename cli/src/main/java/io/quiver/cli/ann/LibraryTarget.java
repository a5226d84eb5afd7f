package io.quiver.cli.ann;

import io.quiver.vector.index.Effort;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorSearcher;
import java.util.List;

/** An index of the library, called directly. */
public final class LibraryTarget implements SearchTarget {
  private final AnnData data;
  private final int k;
  private final VectorIndex index;
  private final double buildSeconds;

  /**
   * An index over the rows of the data.
   *
   * @param k rows that a search wants
   */
  public LibraryTarget(AnnData data, int k, VectorIndex index, double buildSeconds) {
    this.data = data;
    this.k = k;
    this.index = index;
    this.buildSeconds = buildSeconds;
  }

  @Override
  public IndexSpec spec() {
    return index.spec();
  }

  @Override
  public double buildSeconds() {
    return buildSeconds;
  }

  @Override
  public long fileBytes() {
    return index.formBytes();
  }

  @Override
  public long memoryBytes() {
    return index.memoryBytes();
  }

  @Override
  public int effortMax() {
    return data.rows().count();
  }

  @Override
  public boolean computesInClients() {
    return true;
  }

  @Override
  public Client connect() {
    return new Caller();
  }

  @Override
  public void close() {
    // The index is memory alone.
  }

  private final class Caller implements Client {
    private final VectorSearcher searcher = index.searcher();
    private final Neighbors found = new Neighbors();
    private List<SearchRequest> requests = data.requests(k, Effort.DEFAULT);

    @Override
    public void setEffort(Effort effort) {
      requests = data.requests(k, effort);
    }

    @Override
    public int search(int query, int[] rows) {
      searcher.search(requests.get(query), found);
      for (int i = 0; i < found.size(); i++) {
        rows[i] = found.row(i);
      }
      return found.size();
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
