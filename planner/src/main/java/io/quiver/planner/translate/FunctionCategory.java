package io.quiver.planner.translate;

/** What a function is about: the chapters of the list of functions, in their order. */
public enum FunctionCategory {
  TEXT("Text"),
  PATTERN("Regular expressions"),
  NUMBER("Numbers"),
  TIME("Dates and times"),
  FORMAT("Formatting"),
  JSON("JSON"),
  BYTES("Bytes and digests"),
  ARRAY("Arrays"),
  CONDITION("Conditions"),
  SESSION("The session and the system"),
  VECTOR("Vectors"),
  AGGREGATE("Aggregates"),
  WINDOW("Windows"),
  PLUGIN("Plugins");

  private final String title;

  FunctionCategory(String title) {
    this.title = title;
  }

  /** For people. */
  public String title() {
    return title;
  }
}
