package io.quiver.storage.log;

import io.quiver.storage.file.FileSystem;
import io.quiver.types.CorruptionException;
import io.quiver.types.QuiverException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What the files of the log hold, whether or not a manifest needs them.
 *
 * @param leftovers sentences: what a crash has torn behind the last record. Bytes that were damaged
 *     there later look the same ({@link LogFormat}), so it is said how many they are
 */
public record LogCheck(long records, List<CorruptionException> damages, List<String> leftovers) {
  public LogCheck {
    damages = List.copyOf(damages);
    leftovers = List.copyOf(leftovers);
  }

  /** Reads all of the log, and changes nothing. */
  public static LogCheck of(FileSystem files) {
    List<CorruptionException> damages = new ArrayList<>();
    List<String> leftovers = new ArrayList<>();
    LogFiles own = new LogFiles(files, ShardId.FIRST, RandomGenerator.getDefault());
    List<LogFiles.Name> names = own.list();
    long records = 0;
    long nextSequence = -1;
    for (int i = 0; i < names.size(); i++) {
      LogFiles.Name name = names.get(i);
      boolean newest = i == names.size() - 1;
      if (nextSequence >= 0 && name.firstSequence() != nextSequence) {
        damages.add(
            new CorruptionException(
                files.describe(name.path()),
                0,
                "it begins with record " + name.firstSequence() + ", expected " + nextSequence));
      }
      nextSequence = -1;
      try (LogScan scan = new LogScan(own.open(name, FileSystem.Mode.READ))) {
        while (scan.next(newest) != null) {
          records++;
        }
        nextSequence = scan.nextSequence();
        long behind = scan.bytesBehind();
        if (behind > 0) {
          leftovers.add(
              files.describe(name.path())
                  + " ends in "
                  + behind
                  + " bytes from offset "
                  + scan.position()
                  + " that are no record: a commit that was never acknowledged, or damage");
        }
      } catch (CorruptionException e) {
        damages.add(e);
      } catch (QuiverException e) {
        String what = String.valueOf(e.getMessage());
        damages.add(new CorruptionException(files.describe(name.path()), 0, what));
      }
    }
    for (String name : files.list(LogFiles.DIRECTORY)) {
      String path = LogFiles.DIRECTORY + "/" + name;
      if (names.stream().noneMatch(known -> known.path().equals(path))) {
        leftovers.add(files.describe(path) + " is no file of the log");
      }
    }
    return new LogCheck(records, damages, leftovers);
  }
}
