package io.quiver.storage.file;

/** The form of paths that {@link FileSystem} takes. */
final class Paths {
  private Paths() {}

  /** Rejects whatever could lead out of the database's directory. */
  static String checked(String path) {
    if (path.isEmpty()) {
      return path;
    }
    for (String name : path.split("/", -1)) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('\\') >= 0) {
        throw new IllegalArgumentException("not a path below the database: " + path);
      }
    }
    return path;
  }

  static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash < 0 ? "" : path.substring(0, slash);
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
