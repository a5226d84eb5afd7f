package io.quiver.storage.simulation;

import io.quiver.storage.file.FaultyFileSystem;
import io.quiver.storage.file.FaultyFileSystem.Operation;
import io.quiver.storage.file.FileSystem;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;

/**
 * The plan of the files of a simulation: before each operation that changes something other threads
 * go on, and it is written to the trace; some operations fail, for a while nothing can be written,
 * and at last the power goes.
 */
public final class SimulatedFiles implements FaultyFileSystem.Plan {
  private static final Set<Operation> CHANGES =
      EnumSet.of(
          Operation.CREATE,
          Operation.CREATE_DIRECTORIES,
          Operation.RENAME,
          Operation.DELETE,
          Operation.SYNC_DIRECTORY,
          Operation.WRITE,
          Operation.FORCE,
          Operation.TRUNCATE);

  private final Simulation simulation;
  private final Trace trace;
  private final Random random;
  private double faults;
  private long fullUntil;
  private long changes;
  private long cutAfter = Long.MAX_VALUE;

  public SimulatedFiles(Simulation simulation, Trace trace, long seed) {
    this.simulation = simulation;
    this.trace = trace;
    this.random = new Random(seed);
  }

  /** These files, on a disk. */
  public FileSystem over(FileSystem disk) {
    return new FaultyFileSystem(disk, this);
  }

  /**
   * What fails from now on.
   *
   * @param share of the operations that change something; a tenth of the failures is a full disk,
   *     which lasts some hundred milliseconds
   */
  public void fail(double share) {
    faults = share;
    fullUntil = share == 0 ? 0 : fullUntil;
  }

  /** Nothing works after so many more changes. */
  public void cutAfter(long more) {
    cutAfter = changes + more;
  }

  /** Nothing works from now on. */
  public void cut() {
    cutAfter = 0;
  }

  /** The power is there again. */
  public void repair() {
    cutAfter = Long.MAX_VALUE;
    fail(0);
  }

  public boolean isCut() {
    return changes > cutAfter;
  }

  @Override
  public void before(long number, Operation operation, String path) throws IOException {
    boolean change = CHANGES.contains(operation);
    if (change) {
      simulation.step();
      changes++;
      trace.add(operation + " " + path);
    }
    if (isCut()) {
      throw FaultyFileSystem.powerOff();
    }
    if (!change) {
      return;
    }
    boolean room = operation == Operation.WRITE || operation == Operation.CREATE;
    if (room && simulation.nanoTime() < fullUntil) {
      throw new IOException("No space left on device");
    }
    if (faults > 0 && random.nextDouble() < faults) {
      if (room && random.nextInt(4) == 0) {
        fullUntil = simulation.nanoTime() + random.nextLong(500_000_000);
        throw new IOException("No space left on device");
      }
      trace.add("fails");
      throw new IOException("Input/output error");
    }
  }
}
