package io.quiver.executor.plan;

import io.quiver.types.Schema;

/** A table whose rows the engine makes when they are read. */
public record SystemTable(String schemaName, String name, Schema schema) {}
