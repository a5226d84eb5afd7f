package io.quiver.storage.log;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.StorageFile;
import io.quiver.types.CorruptionException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of one shard, {@code log/<shard>-<first sequence>-<epoch>.log}. The numbers have fixed
 * widths, so the order of the names is the order of the records. Only the last of several files
 * that begin with the same sequence number can hold a record.
 */
final class LogFiles {
  static final String DIRECTORY = "log";
  private static final String TEMPORARY = "tmp";
  private static final Pattern NAME = Pattern.compile("(\\d{10})-(\\d{20})-(\\d{20})\\.log");

  private final FileSystem files;
  private final ShardId shard;
  private final RandomGenerator random;

  LogFiles(FileSystem files, ShardId shard, RandomGenerator random) {
    this.files = files;
    this.shard = shard;
    this.random = random;
  }

  /** A file by what its name says. */
  record Name(int shard, long firstSequence, long epoch) {
    String path() {
      return "%s/%010d-%020d-%020d.log".formatted(DIRECTORY, shard, firstSequence, epoch);
    }
  }

  /** A file that is open, with its header checked. The caller closes the file. */
  record Opened(StorageFile file, LogFormat.Header header) {}

  /** The shard's files, in order. */
  List<Name> list() {
    List<Name> names = new ArrayList<>();
    for (String text : files.list(DIRECTORY)) {
      Matcher matcher = NAME.matcher(text);
      if (matcher.matches() && Long.parseLong(matcher.group(1)) == shard.value()) {
        names.add(
            new Name(
                shard.value(), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))));
      }
    }
    return names;
  }

  /** The newest file, or null in an empty log. */
  @Nullable Name newest() {
    List<Name> names = list();
    return names.isEmpty() ? null : names.getLast();
  }

  Opened open(Name name, FileSystem.Mode mode) {
    StorageFile file = files.open(name.path(), mode);
    try {
      if (file.size() < LogFormat.HEADER_BYTES) {
        throw new CorruptionException(file.name(), file.size(), "the file ends in its header");
      }
      LogFormat.Header header =
          LogFormat.Header.decode(file.read(0, LogFormat.HEADER_BYTES), file.name());
      if (header.shard() != name.shard()
          || header.firstSequence() != name.firstSequence()
          || header.epoch() != name.epoch()) {
        throw new CorruptionException(
            file.name(), 0, "the header belongs to another file, " + header);
      }
      return new Opened(file, header);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Makes a file that is durable, its header and its name, when this returns. */
  Opened create(long firstSequence, long epoch) {
    LogFormat.Header header = prepare(firstSequence, epoch);
    return new Opened(install(header), header);
  }

  /** Makes a file under a temporary name: where that fails, it can be done again. */
  LogFormat.Header prepare(long firstSequence, long epoch) {
    LogFormat.Header header = new LogFormat.Header(shard.value(), epoch, firstSequence, nextSalt());
    files.createDirectories(DIRECTORY);
    files.createDirectories(TEMPORARY);
    files.delete(temporary());
    try (StorageFile file = files.open(temporary(), FileSystem.Mode.CREATE)) {
      file.write(0, header.encode());
      file.force();
    }
    return header;
  }

  /** Gives the file that was prepared its name: where that fails, it may have it all the same. */
  StorageFile install(LogFormat.Header header) {
    Name name = new Name(header.shard(), header.firstSequence(), header.epoch());
    files.rename(temporary(), name.path());
    files.syncDirectory(DIRECTORY);
    return files.open(name.path(), FileSystem.Mode.WRITE);
  }

  private String temporary() {
    return TEMPORARY + "/log-" + shard.value();
  }

  void delete(List<Name> names) {
    for (Name name : names) {
      files.delete(name.path());
    }
    if (!names.isEmpty()) {
      files.syncDirectory(DIRECTORY);
    }
  }

  String describe() {
    return files.describe(DIRECTORY);
  }

  private long nextSalt() {
    synchronized (random) {
      return random.nextLong();
    }
  }
}
