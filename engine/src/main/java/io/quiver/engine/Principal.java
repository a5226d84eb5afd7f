package io.quiver.engine;

/** Who a session acts for. */
public record Principal(String name) {
  /** The user of an embedded database, and of a server without accounts. */
  public static final Principal OWNER = new Principal("quiver");
}
