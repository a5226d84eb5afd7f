package io.quiver.storage;

import io.quiver.storage.file.FileSystem;
import io.quiver.storage.file.ForwardingFileSystem;
import io.quiver.storage.file.StorageFile;
import java.util.List;

/** A planted bug: all files of the log but the newest go before a manifest is written. */
record EagerlyCutLog(FileSystem inner) implements ForwardingFileSystem {
  @Override
  public StorageFile open(String path, Mode mode) {
    if (mode == Mode.CREATE && path.equals("tmp/manifest")) {
      List<String> logs = inner.list("log");
      for (int i = 0; i + 1 < logs.size(); i++) {
        inner.delete("log/" + logs.get(i));
      }
    }
    return inner.open(path, mode);
  }
}
