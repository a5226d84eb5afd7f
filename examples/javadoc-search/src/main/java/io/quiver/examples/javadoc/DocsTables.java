package io.quiver.examples.javadoc;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The two tables: what the libraries document, and the libraries themselves. */
final class DocsTables {
  private static final List<String> DDL =
      List.of(
          "DROP TABLE IF EXISTS docs",
          "DROP TABLE IF EXISTS libraries",
          """
          CREATE TABLE libraries (
            name VARCHAR PRIMARY KEY,
            version VARCHAR NOT NULL,
            project VARCHAR NOT NULL,
            licence VARCHAR NOT NULL)\
          """,
          """
          CREATE TABLE docs (
            id BIGINT PRIMARY KEY,
            name VARCHAR NOT NULL,
            library VARCHAR NOT NULL,
            package VARCHAR NOT NULL,
            kind VARCHAR NOT NULL,
            since VARCHAR,
            deprecated BOOLEAN NOT NULL,
            text VARCHAR NOT NULL,
            embedding VECTOR(384) NOT NULL)\
          """);

  /** How many texts the model gets at once, and rows an insert. */
  private static final int BATCH = 64;

  private final Connection connection;
  private final PrintStream out;
  private final boolean terminal;

  DocsTables(Connection connection, PrintStream out, boolean terminal) {
    this.connection = connection;
    this.out = out;
    this.terminal = terminal;
  }

  /** Whether the tables hold the very versions on the class path, and have their index. */
  boolean areCurrent() throws SQLException, IOException {
    try (Statement statement = connection.createStatement();
        ResultSet index =
            statement.executeQuery(
                "SELECT 1 FROM quiver.indexes WHERE index_name = 'docs_embedding'")) {
      if (!index.next()) {
        return false;
      }
    }
    Set<String> wanted = new HashSet<>();
    SourceJar.onClassPath().forEach(jar -> wanted.add(jar.library() + " " + jar.version()));
    Set<String> stored = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT name, version FROM libraries")) {
      while (rows.next()) {
        stored.add(rows.getString(1) + " " + rows.getString(2));
      }
    }
    return stored.equals(wanted);
  }

  /** Makes the tables anew; all rows appear in one transaction, or none does. */
  void load(Path embeddingFile) throws SQLException, IOException {
    long start = System.nanoTime();
    List<DocEntry> entries = new ArrayList<>();
    List<SourceJar> jars = SourceJar.onClassPath();
    for (SourceJar jar : jars) {
      entries.addAll(JavadocReader.read(jar));
    }
    out.printf(
        Locale.ROOT,
        "Read %d documented classes and methods of %d libraries in %.1f s.%n",
        entries.size(),
        jars.size(),
        JavadocSearch.elapsedMillis(start) / 1e3);
    List<float[]> embeddings = embed(entries, embeddingFile);
    start = System.nanoTime();
    try (Statement statement = connection.createStatement()) {
      for (String sql : DDL) {
        statement.execute(sql);
      }
    }
    connection.setAutoCommit(false);
    insert(entries, embeddings);
    insert(jars);
    connection.commit();
    connection.setAutoCommit(true);
    double seconds = JavadocSearch.elapsedMillis(start) / 1e3;
    out.printf(Locale.ROOT, "Inserted %d rows in %.1f s.%n", entries.size(), seconds);
  }

  private List<float[]> embed(List<DocEntry> entries, Path file) throws IOException {
    List<String> texts = entries.stream().map(DocEntry::textToEmbed).toList();
    List<float[]> embeddings = new ArrayList<>(texts.size());
    try (EmbeddingFile kept = EmbeddingFile.open(file)) {
      List<String> missing = texts.stream().filter(t -> kept.get(t) == null).distinct().toList();
      Progress progress = new Progress(out, "embedding", missing.size(), terminal);
      for (int from = 0; from < missing.size(); from += BATCH) {
        List<String> batch = missing.subList(from, Math.min(from + BATCH, missing.size()));
        kept.put(batch, Embedder.embed(batch));
        progress.at(from + batch.size());
      }
      for (String text : texts) {
        float[] embedding = kept.get(text);
        if (embedding == null) {
          throw new IllegalStateException("was embedded just now: " + text);
        }
        embeddings.add(embedding);
      }
    }
    return embeddings;
  }

  private void insert(List<DocEntry> entries, List<float[]> embeddings) throws SQLException {
    String sql = "INSERT INTO docs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (int i = 0; i < entries.size(); i++) {
        DocEntry entry = entries.get(i);
        insert.setLong(1, i + 1L);
        insert.setString(2, entry.name());
        insert.setString(3, entry.library());
        insert.setString(4, entry.packageName());
        insert.setString(5, entry.kind());
        insert.setString(6, entry.since());
        insert.setBoolean(7, entry.deprecated());
        insert.setString(8, entry.text());
        insert.setObject(9, embeddings.get(i));
        insert.addBatch();
        if ((i + 1) % BATCH == 0) {
          insert.executeBatch();
        }
      }
      insert.executeBatch();
    }
  }

  private void insert(List<SourceJar> jars) throws SQLException {
    String sql = "INSERT INTO libraries VALUES (?, ?, ?, ?)";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (SourceJar jar : jars) {
        insert.setString(1, jar.library());
        insert.setString(2, jar.version());
        insert.setString(3, jar.project());
        insert.setString(4, jar.licence());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  void sayCounts() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet counts =
            statement.executeQuery("SELECT COUNT(*), COUNT(DISTINCT library) FROM docs")) {
      counts.next();
      out.printf(
          Locale.ROOT,
          "%d documented classes and methods of %d libraries are in the table docs.%n",
          counts.getLong(1),
          counts.getLong(2));
    }
  }
}
