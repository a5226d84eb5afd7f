package io.quiver.jdbc;

import java.sql.SQLException;
import java.sql.Savepoint;
import org.jspecify.annotations.Nullable;

/** A savepoint; one without a name of its own has one for SQL. */
final class QuiverSavepoint implements Savepoint {
  private final @Nullable String name;
  private final int id;
  private boolean released;

  private QuiverSavepoint(@Nullable String name, int id) {
    this.name = name;
    this.id = id;
  }

  static QuiverSavepoint named(String name) {
    return new QuiverSavepoint(name, 0);
  }

  static QuiverSavepoint unnamed(int id) {
    return new QuiverSavepoint(null, id);
  }

  /** Ours, and still there as far as this end knows. */
  static QuiverSavepoint of(@Nullable Savepoint savepoint) throws SQLException {
    if (savepoint instanceof QuiverSavepoint own && !own.released) {
      return own;
    }
    throw new SQLException(
        savepoint == null ? "there is no savepoint null" : "the savepoint was released",
        SqlStates.INVALID_SAVEPOINT);
  }

  void release() {
    released = true;
  }

  String quoted() {
    String sqlName = name == null ? "jdbc savepoint " + id : name;
    return '"' + sqlName.replace("\"", "\"\"") + '"';
  }

  @Override
  public int getSavepointId() throws SQLException {
    if (name != null) {
      throw SqlStates.invalid("savepoint " + name + " has a name and no number");
    }
    return id;
  }

  @Override
  public String getSavepointName() throws SQLException {
    if (name == null) {
      throw SqlStates.invalid("savepoint " + id + " has a number and no name");
    }
    return name;
  }
}
