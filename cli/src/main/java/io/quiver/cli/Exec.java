package io.quiver.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The system calls {@code execv} and {@code setenv}, which the JDK does not offer. */
final class Exec {
  private Exec() {}

  /**
   * Becomes another program: same process, same terminal, same open standard streams. Returns only
   * where that is impossible, and then nothing has changed.
   *
   * @param arguments the first is the name that the program sees of itself
   */
  @SuppressWarnings("restricted") // The manifest grants native access.
  static void replaceProcess(Path program, List<byte[]> arguments) {
    Linker linker = Linker.nativeLinker();
    SymbolLookup symbols = linker.defaultLookup();
    MethodHandle execv =
        linker.downcallHandle(
            symbols.findOrThrow("execv"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    MethodHandle setenv =
        linker.downcallHandle(
            symbols.findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(ValueLayout.ADDRESS, arguments.size() + 1L);
      for (int i = 0; i < arguments.size(); i++) {
        vector.setAtIndex(ValueLayout.ADDRESS, i, zeroTerminated(arena, arguments.get(i)));
      }
      if (!isUtf8Locale()) {
        // Without a UTF-8 locale the JVM would not understand other letters in its arguments.
        int _ =
            (int)
                setenv.invokeExact(arena.allocateFrom("LC_ALL"), arena.allocateFrom("C.UTF-8"), 1);
      }
      int _ = (int) execv.invokeExact(arena.allocateFrom(program.toString()), vector);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call execv", e);
    }
  }

  private static MemorySegment zeroTerminated(Arena arena, byte[] bytes) {
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return text;
  }

  private static boolean isUtf8Locale() {
    String locale = "";
    for (String name : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
      if (locale.isEmpty()) {
        locale = String.valueOf(System.getenv().getOrDefault(name, ""));
      }
    }
    String upper = locale.toUpperCase(Locale.ROOT);
    return upper.contains("UTF-8") || upper.contains("UTF8");
  }
}
