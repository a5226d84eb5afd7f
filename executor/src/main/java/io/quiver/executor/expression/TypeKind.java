package io.quiver.executor.expression;

import io.quiver.types.SqlType;

/** The types, without their parameters: what a conversion chooses by. */
enum TypeKind {
  BOOLEAN,
  TINYINT,
  SMALLINT,
  INTEGER,
  BIGINT,
  DECIMAL,
  REAL,
  DOUBLE,
  DATE,
  TIME,
  TIMESTAMP,
  TIMESTAMP_TZ,
  TEXT,
  BYTES,
  UUID,
  JSON,
  ARRAY,
  VECTOR;

  static TypeKind of(SqlType type) {
    return switch (type) {
      case SqlType.Varchar varchar -> TEXT;
      case SqlType.Vector vector -> VECTOR;
      case SqlType.Decimal decimal -> DECIMAL;
      case SqlType.Varbinary varbinary -> BYTES;
      case SqlType.Array array -> ARRAY;
      case SqlType.Simple simple ->
          switch (simple) {
            case BOOLEAN -> BOOLEAN;
            case TINYINT -> TINYINT;
            case SMALLINT -> SMALLINT;
            case INTEGER -> INTEGER;
            case BIGINT -> BIGINT;
            case REAL -> REAL;
            case DOUBLE -> DOUBLE;
            case DATE -> DATE;
            case TIME -> TIME;
            case TIMESTAMP -> TIMESTAMP;
            case TIMESTAMP_TZ -> TIMESTAMP_TZ;
            case UUID -> UUID;
            case JSON -> JSON;
          };
    };
  }
}
