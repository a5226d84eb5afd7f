package io.quiver.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quiver.storage.Check;
import io.quiver.storage.file.LocalFileSystem;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;

/** After each test, checks the database that it has left in the directory of a field. */
final class CleanDirectory implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) throws IllegalAccessException {
    for (Field field : context.getRequiredTestClass().getDeclaredFields()) {
      if (field.isAnnotationPresent(TempDir.class)) {
        field.setAccessible(true);
        Path directory = (Path) field.get(context.getRequiredTestInstance());
        if (Files.exists(directory.resolve("FORMAT"))) {
          assertThat(Check.run(new LocalFileSystem(directory)).damages()).isEmpty();
        }
      }
    }
  }
}
