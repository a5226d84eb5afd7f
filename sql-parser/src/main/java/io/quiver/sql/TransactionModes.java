package io.quiver.sql;

import io.quiver.sql.Statement.Isolation;
import org.jspecify.annotations.Nullable;

/**
 * What BEGIN and SET TRANSACTION say of a transaction.
 *
 * @param isolation null where it is not named
 * @param readOnly null where it is not named
 */
record TransactionModes(@Nullable Isolation isolation, @Nullable Boolean readOnly) {
  private static final String WANTED = "ISOLATION LEVEL, READ ONLY or READ WRITE";

  /** All modes up to the end of the statement, with or without commas between them. */
  static TransactionModes parse(TokenCursor cursor) {
    Isolation isolation = null;
    Boolean readOnly = null;
    while (cursor.kind() != SqlLexer.Kind.END) {
      if (cursor.accept("isolation", "level")) {
        isolation = isolation(cursor);
      } else if (cursor.accept("read", "only")) {
        readOnly = true;
      } else if (cursor.accept("read", "write")) {
        readOnly = false;
      } else {
        throw cursor.unexpected(WANTED);
      }
      if (cursor.accept(',') && cursor.kind() == SqlLexer.Kind.END) {
        throw cursor.unexpected(WANTED);
      }
    }
    return new TransactionModes(isolation, readOnly);
  }

  /** Modes of which there must be one. */
  static TransactionModes parseSome(TokenCursor cursor) {
    if (cursor.kind() == SqlLexer.Kind.END) {
      throw cursor.unexpected(WANTED);
    }
    return parse(cursor);
  }

  /** READ UNCOMMITTED is READ COMMITTED, as in PostgreSQL. */
  private static Isolation isolation(TokenCursor cursor) {
    if (cursor.accept("read", "committed") || cursor.accept("read", "uncommitted")) {
      return Isolation.READ_COMMITTED;
    }
    if (cursor.accept("repeatable", "read")) {
      return Isolation.REPEATABLE_READ;
    }
    if (cursor.at("serializable")) {
      throw Unsupported.notYet(cursor.where(), "ISOLATION LEVEL SERIALIZABLE");
    }
    throw cursor.unexpected("READ COMMITTED or REPEATABLE READ");
  }
}
