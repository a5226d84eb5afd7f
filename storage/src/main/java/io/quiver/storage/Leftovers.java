package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.manifest.Manifest;
import io.quiver.storage.manifest.ManifestStore;
import io.quiver.storage.segment.SegmentDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What lies in a database's directory and belongs to nothing. */
record Leftovers(FileSystem files, @Nullable Manifest manifest, Set<UUID> named) {
  private static final Set<String> KNOWN =
      Set.of("FORMAT", DatabaseFormat.LOCK, "log", "meta", "segments", "index", "tmp");

  /** A sentence for each. */
  List<String> find() {
    List<String> found = new ArrayList<>();
    for (String name : files.list("")) {
      if (!KNOWN.contains(name)) {
        found.add(files.describe(name) + " is no part of a database");
      }
    }
    for (String name : files.list("tmp")) {
      found.add(files.describe("tmp/" + name) + " was not finished");
    }
    for (UUID id : SegmentDirectory.list(files)) {
      if (!named.contains(id)) {
        found.add(files.describe("segments/" + id) + " belongs to no table");
      }
    }
    if (manifest != null) {
      String current = ManifestStore.name(manifest);
      for (String name : files.list("meta")) {
        if (!name.equals("heads") && !name.equals(current)) {
          found.add(files.describe("meta/" + name) + " does not count any more");
        }
      }
    }
    return found;
  }
}
