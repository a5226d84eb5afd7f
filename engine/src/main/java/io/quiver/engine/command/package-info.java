/**
 * Statements that are not planned: DDL, SET, SHOW, DESCRIBE, and the rows of system tables. Each
 * works on a transaction, a catalog or settings that it is given, and knows no session.
 */
@NullMarked
package io.quiver.engine.command;

import org.jspecify.annotations.NullMarked;
