package io.quiver.vector.device;

import io.quiver.vector.Indexes;
import io.quiver.vector.distance.DistanceKernels;
import io.quiver.vector.distance.RowBlock;
import io.quiver.vector.index.BuildOptions;
import io.quiver.vector.index.IndexSpec;
import io.quiver.vector.index.Neighbors;
import io.quiver.vector.index.SearchRequest;
import io.quiver.vector.index.VectorIndex;
import io.quiver.vector.index.VectorRows;
import io.quiver.vector.index.flat.FlatIndex;
import io.quiver.vector.memory.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;

/** The processor that this runs on, through the same seam: what a GPU has to beat and to equal. */
final class CpuDevice implements VectorDevice {
  @Override
  public String name() {
    return "CPU";
  }

  @Override
  public long memoryFreeBytes() {
    return Long.MAX_VALUE;
  }

  @Override
  public boolean serves(VectorRows rows) {
    return true;
  }

  @Override
  public DeviceRows load(VectorRows rows) {
    return new Loaded(rows);
  }

  @Override
  public boolean builds(IndexSpec spec) {
    return true;
  }

  @Override
  public VectorIndex build(IndexSpec spec, VectorRows rows, BuildOptions options) {
    return Indexes.build(spec, rows, options);
  }

  private static final class Loaded implements DeviceRows {
    private final VectorRows rows;
    private boolean closed;

    Loaded(VectorRows owned) {
      int rowBytes = owned.encoding().bytes(owned.dimension());
      MemorySegment copy = NativeMemory.allocate((long) rowBytes * owned.count());
      for (int row = 0; row < owned.count(); row++) {
        MemorySegment.copy(owned.row(row), 0, copy, (long) rowBytes * row, rowBytes);
      }
      rows =
          new VectorRows(
              owned.metric(),
              RowBlock.packed(copy, owned.dimension(), owned.encoding()),
              owned.count());
    }

    @Override
    public int count() {
      return rows.count();
    }

    @Override
    public long memoryBytes() {
      return rows.block().memory().byteSize();
    }

    @Override
    public void distances(
        MemorySegment queries, int queryCount, int from, int count, double[] out) {
      checkOpen();
      Objects.checkFromIndexSize(from, count, rows.count());
      Objects.checkFromIndexSize(0, Math.multiplyExact(queryCount, count), out.length);
      int bytes = rows.encoding().bytes(rows.dimension());
      RowBlock block = rows.block();
      RowBlock wanted =
          new RowBlock(
              block.memory(),
              block.position(from),
              block.stride(),
              block.dimension(),
              block.encoding());
      double[] line = new double[count];
      DistanceKernels kernels = DistanceKernels.get(rows.encoding());
      for (int i = 0; i < queryCount; i++) {
        MemorySegment query = queries.asSlice((long) bytes * i, bytes);
        kernels.distances(rows.metric(), query, wanted, count, line);
        System.arraycopy(line, 0, out, i * count, count);
      }
    }

    @Override
    public void search(List<SearchRequest> requests, List<Neighbors> into) {
      checkOpen();
      new FlatIndex(rows).searcher().search(requests, into);
    }

    @Override
    public void close() {
      closed = true;
    }

    private void checkOpen() {
      if (closed) {
        throw new IllegalStateException("the rows were closed");
      }
    }
  }
}
