package io.quiver.sql;

import java.util.List;

/** Words that only the hand-written part of the parser knows. */
final class Keywords {
  static final List<String> COMMANDS =
      List.of(
          "ABORT",
          "ANALYZE",
          "AUTO_INCREMENT",
          "BIGSERIAL",
          "FLUSH",
          "SERIAL",
          "SHOW",
          "TABLES",
          "WORK");

  private Keywords() {}
}
