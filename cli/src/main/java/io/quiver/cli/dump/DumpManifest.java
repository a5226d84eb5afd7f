package io.quiver.cli.dump;

import io.quiver.formats.BatchSink;
import io.quiver.formats.BatchSource;
import io.quiver.formats.Format;
import io.quiver.formats.FormatOptions;
import io.quiver.formats.Formats;
import io.quiver.formats.RowErrors;
import io.quiver.formats.WantedColumns;
import io.quiver.types.Batch;
import io.quiver.types.Column;
import io.quiver.types.ColumnBuilder;
import io.quiver.types.ErrorCode;
import io.quiver.types.Field;
import io.quiver.types.QuiverException;
import io.quiver.types.Schema;
import io.quiver.types.SqlType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dump consists of. {@code manifest.jsonl} is a JSON object a line, in UTF-8:
 *
 * <pre>
 * {"kind":"dump","version":"1.0"}
 * {"kind":"sql","file":"pre-data.sql","bytes":"..","crc32c":".."}
 * {"kind":"rows","file":"tables/0001-items.arrow","schema":"public","table":"items","rows":"..",
 *  "bytes":"..","crc32c":".."}
 * {"kind":"sql","file":"post-data.sql","bytes":"..","crc32c":".."}
 * </pre>
 *
 * <p>Files are in the order in which they are loaded. A checksum is the CRC32C of all bytes of the
 * file, in eight hexadecimal digits. {@code manifest.crc32c} has that of the manifest, and is
 * written last: without it a dump is not complete. A higher minor version can be read, another
 * major version cannot.
 *
 * @param files in the order in which they are loaded
 */
record DumpManifest(List<DumpFile> files) {
  private static final String MANIFEST = "manifest.jsonl";
  private static final String CHECKSUM = "manifest.crc32c";
  private static final int MAJOR = 1;
  private static final String VERSION = MAJOR + ".0";
  private static final Schema LINES =
      new Schema(
          List.of("kind", "version", "file", "schema", "table", "rows", "bytes", "crc32c").stream()
              .map(name -> new Field(name, SqlType.TEXT, true))
              .toList());

  DumpManifest {
    files = List.copyOf(files);
  }

  /** A file: SQL, or the rows of a table. */
  sealed interface DumpFile {
    /** Relative to the dump's directory. */
    String name();

    DumpFiles.Content content();
  }

  /** Statements, each with a semicolon. */
  record SqlFile(String name, DumpFiles.Content content) implements DumpFile {}

  /** An Arrow IPC file. */
  record RowsFile(String name, String schema, String table, long rows, DumpFiles.Content content)
      implements DumpFile {}

  void write(Path directory) {
    List<ColumnBuilder> columns = new ArrayList<>();
    LINES.fields().forEach(field -> columns.add(new ColumnBuilder(field.type(), files.size() + 1)));
    add(columns, "dump", VERSION, null, null, null, null, null, null);
    for (DumpFile file : files) {
      String bytes = Long.toString(file.content().bytes());
      String checksum = hex(file.content().crc32c());
      switch (file) {
        case SqlFile sql ->
            add(columns, "sql", null, sql.name(), null, null, null, bytes, checksum);
        case RowsFile rows ->
            add(
                columns,
                "rows",
                null,
                rows.name(),
                rows.schema(),
                rows.table(),
                Long.toString(rows.rows()),
                bytes,
                checksum);
      }
    }
    Path path = directory.resolve(MANIFEST);
    try (BatchSink sink = Formats.create(path, Format.JSON, FormatOptions.defaults(), LINES)) {
      Batch all = new Batch(columns.stream().map(ColumnBuilder::build).toList(), files.size() + 1);
      for (int from = 0; from < all.rowCount(); from += Batch.ROWS) {
        sink.write(all.slice(from, Math.min(Batch.ROWS, all.rowCount() - from)));
      }
      sink.finish();
    }
    DumpFiles.write(directory.resolve(CHECKSUM), hex(DumpFiles.content(path).crc32c()) + "\n");
  }

  private static void add(List<ColumnBuilder> columns, @Nullable String... values) {
    for (int i = 0; i < values.length; i++) {
      columns.get(i).append(values[i]);
    }
  }

  private static String hex(int checksum) {
    return "%08x".formatted(checksum);
  }

  /**
   * Reads the manifest, and not yet the files that it names.
   *
   * @throws QuiverException 58P01 where there is no complete dump, or one of another version; XX001
   *     where the manifest is not as it was written
   */
  static DumpManifest read(Path directory) {
    Path path = directory.resolve(MANIFEST);
    String wanted = DumpFiles.read(directory.resolve(CHECKSUM)).strip();
    String found = hex(DumpFiles.content(path).crc32c());
    if (!wanted.equals(found)) {
      throw damaged(path, "its checksum is " + found + ", expected " + wanted);
    }
    List<DumpFile> files = new ArrayList<>();
    try (BatchSource source =
        Formats.open(
            path,
            Format.JSON,
            FormatOptions.defaults(),
            new WantedColumns(LINES.fields(), true),
            RowErrors.STOP)) {
      boolean first = true;
      for (Batch batch = source.next(); batch != null; batch = source.next()) {
        for (int row = 0; row < batch.rowCount(); row++) {
          Line line = new Line(path, batch, row);
          if (first) {
            line.checkVersion();
          } else {
            files.add(line.file());
          }
          first = false;
        }
      }
      if (first) {
        throw damaged(path, "it is empty");
      }
    }
    return new DumpManifest(files);
  }

  /**
   * Reads every file.
   *
   * @throws QuiverException 58P01 where one is missing, XX001 where one is not as it was written
   */
  void check(Path directory) {
    for (DumpFile file : files) {
      Path path = directory.resolve(file.name());
      DumpFiles.Content found = DumpFiles.content(path);
      if (found.bytes() != file.content().bytes()) {
        throw damaged(
            path, "it has " + found.bytes() + " bytes, expected " + file.content().bytes());
      }
      if (found.crc32c() != file.content().crc32c()) {
        throw damaged(
            path,
            "its checksum is "
                + hex(found.crc32c())
                + ", expected "
                + hex(file.content().crc32c()));
      }
    }
  }

  static QuiverException damaged(Path path, String what) {
    return new QuiverException(
        ErrorCode.DATA_CORRUPTED, "\"" + path + "\" is damaged: " + what + "; nothing was loaded");
  }

  /** A line of the manifest. */
  private record Line(Path path, Batch batch, int row) {
    private String text(String name) {
      Column column = batch.column(LINES.fields().stream().map(Field::name).toList().indexOf(name));
      if (!(column.get(row) instanceof String text)) {
        throw damaged(path, "line " + (row + 1) + " has no \"" + name + "\"");
      }
      return text;
    }

    private void checkVersion() {
      String version = text("version");
      if (!text("kind").equals("dump")) {
        throw damaged(path, "it does not begin with a version");
      }
      if (!Arrays.asList(version.split("\\.", 2)).getFirst().equals(Integer.toString(MAJOR))) {
        throw new QuiverException(
            ErrorCode.UNSUPPORTED_FORMAT,
            "\""
                + path
                + "\" is of a dump in format "
                + version
                + ", this Quiver loads format "
                + MAJOR);
      }
    }

    private DumpFile file() {
      String name = text("file");
      Path relative = Path.of(name).normalize();
      if (relative.isAbsolute() || relative.startsWith("..")) {
        throw damaged(path, "it names a file outside of the dump, " + name);
      }
      DumpFiles.Content content =
          new DumpFiles.Content(
              number("bytes"), (int) HexFormat.fromHexDigitsToLong(text("crc32c")));
      return switch (text("kind")) {
        case "sql" -> new SqlFile(name, content);
        case "rows" -> new RowsFile(name, text("schema"), text("table"), number("rows"), content);
        default -> throw damaged(path, "it has a file of an unknown kind, " + text("kind"));
      };
    }

    private long number(String name) {
      try {
        return Long.parseLong(text(name));
      } catch (NumberFormatException e) {
        throw damaged(path, "line " + (row + 1) + " has no number \"" + name + "\"");
      }
    }
  }
}
