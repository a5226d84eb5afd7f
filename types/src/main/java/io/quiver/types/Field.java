package io.quiver.types;

/** A named, typed place in a row. The name is exact: folding has happened in the parser. */
public record Field(String name, SqlType type, boolean nullable) {}
