package io.quiver.formats;

import io.quiver.types.ErrorCode;
import io.quiver.types.QuiverException;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which files may be touched. Paths are judged by where they really lead, so no link and no {@code
 * ..} leaves a root.
 */
public final class FileAccess {
  /** What a glob finds, at most. */
  public static final int FILES_MAX = 100_000;

  private static final String WILDCARDS = "*?[{";

  private final boolean anywhere;
  private final List<Path> roots;

  private FileAccess(boolean anywhere, List<Path> roots) {
    this.anywhere = anywhere;
    this.roots = List.copyOf(roots);
  }

  /** Whatever the process may touch. */
  public static FileAccess anywhere() {
    return new FileAccess(true, List.of());
  }

  /**
   * What lies below directories that exist, which is nothing without one; a path that is not
   * absolute begins at the first of them.
   *
   * @throws QuiverException 58P01 when one does not exist
   */
  public static FileAccess below(List<Path> roots) {
    List<Path> real = new ArrayList<>();
    for (Path root : roots) {
      try {
        real.add(root.toRealPath());
      } catch (IOException e) {
        throw new QuiverException(
            ErrorCode.UNDEFINED_FILE, "copy.roots names \"" + root + "\", which is not there", e);
      }
    }
    return new FileAccess(false, real);
  }

  /**
   * The real paths of the file of that name, or of all that a glob matches, in the order of their
   * names.
   *
   * @throws QuiverException 58P01 when there is none, 42501 for one outside the roots
   */
  public List<Path> inputs(String pathOrGlob) {
    Path path = resolve(pathOrGlob);
    boolean glob = pathOrGlob.chars().anyMatch(c -> WILDCARDS.indexOf(c) >= 0);
    if (!glob || Files.exists(path)) {
      return List.of(real(path));
    }
    List<Path> found = new ArrayList<>();
    for (Path match : matches(path)) {
      found.add(real(match));
    }
    if (found.isEmpty()) {
      throw new QuiverException(ErrorCode.UNDEFINED_FILE, "no file matches \"" + pathOrGlob + "\"");
    }
    return found;
  }

  /**
   * The path of a file to write, whose directory is there and is a real path.
   *
   * @throws QuiverException 58P01 when the directory is not there, 42501 outside the roots
   */
  public Path output(String name) {
    Path path = resolve(name);
    Path last = path.getFileName();
    Path parent = path.getParent();
    if (last == null || parent == null) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "\"" + name + "\" is no name of a file");
    }
    return real(parent).resolve(last);
  }

  private Path resolve(String name) {
    if (!anywhere && roots.isEmpty()) {
      throw new QuiverException(
          ErrorCode.INSUFFICIENT_PRIVILEGE,
          "COPY touches no files of this server: it was started without --copy-root (the console's"
              + " \\copy reads and writes files of the client)");
    }
    try {
      Path path = Path.of(name);
      return (anywhere ? path.toAbsolutePath() : roots.getFirst().resolve(path)).normalize();
    } catch (InvalidPathException e) {
      throw new QuiverException(
          ErrorCode.INVALID_PARAMETER_VALUE, "no path of a file: " + e.getMessage(), e);
    }
  }

  /** Says the same of what is outside, there or not: nobody finds out by asking. */
  private Path real(Path path) {
    if (!anywhere && roots.stream().noneMatch(path::startsWith)) {
      throw outside(path);
    }
    Path real;
    try {
      real = path.toRealPath();
    } catch (NoSuchFileException e) {
      throw new QuiverException(ErrorCode.UNDEFINED_FILE, "there is no \"" + path + "\"", e);
    } catch (IOException e) {
      throw InputFile.failure(path, "cannot be read", e);
    }
    if (!anywhere && roots.stream().noneMatch(real::startsWith)) {
      throw outside(path);
    }
    return real;
  }

  private static QuiverException outside(Path path) {
    return new QuiverException(
        ErrorCode.INSUFFICIENT_PRIVILEGE,
        "\"" + path + "\" lies outside the directories that COPY may touch (copy.roots)");
  }

  private List<Path> matches(Path pattern) {
    Path base = pattern.getRoot();
    int depth = 0;
    for (Path part : pattern) {
      boolean plain = part.toString().chars().noneMatch(c -> WILDCARDS.indexOf(c) >= 0);
      if (plain && depth == 0 && base != null) {
        base = base.resolve(part);
      } else {
        boolean endless = depth == Integer.MAX_VALUE || part.toString().contains("**");
        depth = endless ? Integer.MAX_VALUE : depth + 1;
      }
    }
    if (base == null || !Files.isDirectory(real(base))) {
      return List.of();
    }
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    try (Stream<Path> all = Files.walk(base, depth, new FileVisitOption[0])) {
      List<Path> found =
          all.filter(matcher::matches)
              .filter(Files::isRegularFile)
              .limit(FILES_MAX + 1L)
              .sorted()
              .toList();
      if (found.size() > FILES_MAX) {
        throw new QuiverException(
            ErrorCode.PROGRAM_LIMIT_EXCEEDED,
            "a glob matches at most " + FILES_MAX + " files: \"" + pattern + "\"");
      }
      return found;
    } catch (IOException | java.io.UncheckedIOException e) {
      throw new QuiverException(
          ErrorCode.IO_ERROR, "\"" + base + "\" cannot be listed: " + e.getMessage(), e);
    }
  }
}
