package io.quiver.engine;

import io.quiver.types.Schema;
import java.util.List;

/**
 * A table as metadata calls report it, system tables included.
 *
 * @param system whether the engine makes its rows
 * @param primaryKey column names in key order; empty where there is none
 */
public record TableInfo(
    String schemaName,
    String name,
    boolean system,
    Schema columns,
    List<Boolean> generatedColumns,
    List<String> primaryKey) {
  public TableInfo {
    generatedColumns = List.copyOf(generatedColumns);
    primaryKey = List.copyOf(primaryKey);
  }
}
