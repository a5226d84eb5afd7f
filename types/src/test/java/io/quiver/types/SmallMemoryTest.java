package io.quiver.types;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SmallMemoryTest {
  private static final int PIECES = 5_000;

  private record Piece(MemorySegment memory, byte mark) {
    boolean isWhole() {
      for (long at = 0; at < memory.byteSize(); at++) {
        if (memory.get(ValueLayout.JAVA_BYTE, at) != mark) {
          return false;
        }
      }
      return true;
    }
  }

  private static List<Piece> take(long seed) {
    Random random = new Random(seed);
    List<Piece> pieces = new ArrayList<>();
    SmallMemory memory = new SmallMemory();
    for (int i = 0; i < PIECES; i++) {
      MemorySegment piece = memory.allocate(8 + random.nextInt(i % 100 == 0 ? 9_000 : 600), 64);
      assertThat(piece.address() % 64).isZero();
      assertThat(piece.isNative()).isTrue();
      assertThat(new Piece(piece, (byte) 0).isWhole()).isTrue();
      byte mark = (byte) (1 + random.nextInt(100));
      piece.fill(mark);
      pieces.add(new Piece(piece, mark));
    }
    return pieces;
  }

  @Test
  void noPieceIsGivenTwice() throws InterruptedException, ExecutionException {
    List<Future<List<Piece>>> taken = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int thread = 0; thread < 4; thread++) {
        long seed = thread;
        taken.add(threads.submit(() -> take(seed)));
      }
    }
    for (Future<List<Piece>> pieces : taken) {
      assertThat(pieces.get()).hasSize(PIECES).allMatch(Piece::isWhole);
    }
  }
}
