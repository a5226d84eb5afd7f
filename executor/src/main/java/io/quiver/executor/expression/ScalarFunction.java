package io.quiver.executor.expression;

/**
 * The built-in functions. Unless said otherwise: null for a null argument, and arguments of one
 * type, which the planner has cast.
 */
public enum ScalarFunction {
  /** Three-valued, two or more BOOLEAN arguments; later ones run only where needed. */
  AND,
  /** As {@link #AND}. */
  OR,
  NOT,
  /** Never null. */
  IS_NULL,
  /** Never null. */
  IS_NOT_NULL,
  /** Never null. */
  IS_TRUE,
  /** Never null. */
  IS_FALSE,
  /** Never null. */
  IS_NOT_TRUE,
  /** Never null. */
  IS_NOT_FALSE,
  /** Never null: two nulls are not distinct. */
  IS_DISTINCT_FROM,
  /** Never null. */
  IS_NOT_DISTINCT_FROM,

  // Comparisons give BOOLEAN. Text compares by code point; vectors element by element.
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL,

  // Arithmetic over INTEGER, BIGINT, REAL or DOUBLE: arguments and result are of one type.
  // 22003 on overflow, 22012 on division by zero (all types).
  ADD,
  SUBTRACT,
  MULTIPLY,
  /** Truncates towards zero for integers. */
  DIVIDE,
  /** The sign of the dividend. */
  MOD,
  NEGATE,
  ABS,
  SIGN,
  // DOUBLE to DOUBLE, except ROUND and TRUNCATE with their optional INTEGER digits.
  CEIL,
  FLOOR,
  /** Half away from zero. */
  ROUND,
  TRUNCATE,
  SQRT,
  CBRT,
  DEGREES,
  RADIANS,
  EXP,
  LN,
  LOG10,
  /** (base, DOUBLE) to DOUBLE. */
  LOG,
  POWER,
  SIN,
  COS,
  TAN,
  ASIN,
  ACOS,
  ATAN,
  ATAN2,
  /** Without arguments, to DOUBLE. */
  PI,
  /** Without arguments, to DOUBLE: from 0 to below 1, another in every row. */
  RANDOM,
  /** Without arguments, to UUID: of version 4, another in every row. */
  GEN_RANDOM_UUID,
  /** (name) to BIGINT: another value each time. */
  NEXTVAL,
  /** (name) to BIGINT; 55000 where the session has got none yet. */
  CURRVAL,
  /** Without arguments; 55000 where the session has got no value yet. */
  LASTVAL,
  /** (name, value[, given]) to the value. */
  SETVAL,

  // Text; positions and lengths count code points from 1.
  CONCAT,
  LOWER,
  UPPER,
  CHAR_LENGTH,
  OCTET_LENGTH,
  /** (text, from) or (text, from, length); 22023 for a negative length. */
  SUBSTRING,
  /** (text, characters to strip at both ends). */
  TRIM_BOTH,
  TRIM_LEADING,
  TRIM_TRAILING,
  /** (text, from, to). */
  REPLACE,
  /** (needle, haystack): 0 when absent. */
  POSITION,
  /** (text, count). */
  LEFT,
  RIGHT,
  REVERSE,
  /** (text, times): 54000 when the result would pass 16 MiB. */
  REPEAT,
  /** (text, length) or (text, length, fill): 54000 when the length passes 16 Mi. */
  LPAD,
  RPAD,
  /** (text, prefix) to BOOLEAN. */
  STARTS_WITH,
  /** (text, suffix) to BOOLEAN. */
  ENDS_WITH,
  /** The first letter of each word large, the others small. */
  INITCAP,
  /** (text, delimiter, number from 1, or from -1 at the end): empty when absent, 22023 for 0. */
  SPLIT_PART,
  /** (text, characters, their replacements). */
  TRANSLATE,
  /** The code of the first character, 0 of an empty text: TEXT to INTEGER. */
  ASCII,
  /** INTEGER to TEXT: 54000 for what is no character's code. */
  CHR,
  /** BIGINT to TEXT, two's complement. */
  TO_HEX,
  /** Of the UTF-8 bytes, in hexadecimal. */
  MD5,
  // Of VARBINARY, to VARBINARY.
  SHA256,
  SHA512,
  /** (VARBINARY, format) to TEXT: hex, base64 or escape. */
  ENCODE,
  /** (TEXT, format) to VARBINARY; 22023 for what is not of the format. */
  DECODE,
  /** (separator, TEXT, ...): nulls behind the separator are left out. */
  CONCAT_WS,
  /** (format, TEXT, ...): nulls behind the format are allowed. */
  FORMAT,
  // Regular expressions: 2201B for one that is wrong. Flags come last and may be left out.
  /** (text, regex, flags) to BOOLEAN. */
  REGEXP_LIKE,
  /** (text, regex, flags) to an array of TEXT; null without a match. */
  REGEXP_MATCH,
  /** (text, regex, from, flags) to INTEGER. */
  REGEXP_COUNT,
  /** (text, regex, from, occurrence, flags); null without a match. */
  REGEXP_SUBSTR,
  /** (text, regex, from, occurrence, flags) to INTEGER: 0 without a match. */
  REGEXP_INSTR,
  /** (text, regex, replacement, flags): the first match, with the flag g every one. */
  REGEXP_REPLACE,
  /** (text, pattern) or (text, pattern, escape): % and _ by code point. */
  LIKE,
  /** As {@link #LIKE}, ignoring case. */
  ILIKE,

  /** The first argument that is not null; later ones run only where needed. */
  COALESCE,
  /** Nulls are skipped. */
  GREATEST,
  /** Nulls are skipped. */
  LEAST,

  // Time. The unit is part of the name: DATE, TIME or TIMESTAMP to BIGINT; those with decimal
  // places may give a DECIMAL with so many.
  EXTRACT_MILLENNIUM,
  EXTRACT_CENTURY,
  EXTRACT_DECADE,
  EXTRACT_ISOYEAR,
  /** Days since -4713-11-24, six decimal places. */
  EXTRACT_JULIAN,
  /** With those of the seconds; three decimal places. */
  EXTRACT_MILLISECONDS,
  /** With those of the seconds. */
  EXTRACT_MICROSECONDS,
  /** An instant to BIGINT: how many seconds the session's time zone is ahead. */
  EXTRACT_TIMEZONE,
  EXTRACT_TIMEZONE_HOUR,
  EXTRACT_TIMEZONE_MINUTE,
  EXTRACT_YEAR,
  EXTRACT_QUARTER,
  EXTRACT_MONTH,
  EXTRACT_WEEK,
  EXTRACT_DAY,
  /** Monday 1 to Sunday 7. */
  EXTRACT_ISODOW,
  /** Sunday 0 to Saturday 6. */
  EXTRACT_DOW,
  EXTRACT_DOY,
  EXTRACT_HOUR,
  EXTRACT_MINUTE,
  /** Six decimal places. */
  EXTRACT_SECOND,
  /** Seconds since 1970-01-01, six decimal places. */
  EXTRACT_EPOCH,
  /** Without arguments; when the statement began, in the session's time zone. */
  CURRENT_DATE,
  /** An instant. */
  CURRENT_TIMESTAMP,
  /** The same instant as a TIMESTAMP in the session's time zone. */
  LOCALTIMESTAMP,
  LOCALTIME,
  /** (DATE, days) to DATE; 22008 beyond its range. */
  ADD_DAYS,
  /** (DATE, days) to DATE; 22008 beyond its range. */
  SUBTRACT_DAYS,
  // (time, time) of one type: a part of the time from the second to the first, its sign kept.
  /** To BIGINT: whole days. */
  BETWEEN_DAY,
  /** To BIGINT: hours beyond the days. */
  BETWEEN_HOUR,
  /** To BIGINT: minutes beyond the hours. */
  BETWEEN_MINUTE,
  /** To DECIMAL with six decimal places: seconds beyond the minutes. */
  BETWEEN_SECOND,
  /** To DECIMAL with six decimal places: all of it in seconds. */
  BETWEEN_EPOCH,
  /** (name of a part, time) to DOUBLE; 22023 for another name. */
  DATE_PART,
  /** (unit, TIMESTAMP or instant) to the same, an instant cut in the session's time zone. */
  DATE_TRUNC,
  /** Two TIMESTAMPs or instants to TEXT: the first less the second in years, months and so on. */
  AGE,
  /** (year, month, day) to DATE. */
  MAKE_DATE,
  /** (hour, minute, DOUBLE seconds) to TIME. */
  MAKE_TIME,
  /** The arguments of both to TIMESTAMP. */
  MAKE_TIMESTAMP,
  /** DOUBLE, seconds since 1970-01-01, to an instant. */
  FROM_EPOCH,
  // Templates as PostgreSQL's; 22007 for text that does not follow one.
  /** (TIMESTAMP or instant, template) to TEXT. */
  TO_CHAR_TIME,
  /** (number, template) to TEXT. */
  TO_CHAR_NUMBER,
  /** (text, template) to DATE. */
  TO_DATE,
  /** (text, template) to an instant. */
  TO_TIMESTAMP,
  /** (text, template) to DECIMAL. */
  TO_NUMBER,
  /** (DATE, DATE) to INTEGER: the first less the second. */
  DAYS_BETWEEN,
  /**
   * (time, months, days, microseconds) to TIME, TIMESTAMP or TIMESTAMP_TZ, whichever the time is;
   * in this order, a day beyond a month's end becoming its last. Months and days of an instant are
   * those of the session's time zone.
   */
  ADD_INTERVAL,
  /** (zone, TIMESTAMP) to an instant, and (zone, instant) to TIMESTAMP. */
  AT_TIME_ZONE,

  /**
   * (JSON, name as text or number from 0 as BIGINT) to JSON; null where there is no such part. A
   * number names no member of an object; text that is a number names an element of an array.
   */
  JSON_MEMBER,
  /** As {@link #JSON_MEMBER}, to text: a string without quotes; null for JSON's null. */
  JSON_MEMBER_TEXT,
  /** (JSON, text of an array of names and numbers) to JSON; null where there is no such part. */
  JSON_PATH,
  /** As {@link #JSON_PATH}, to text as {@link #JSON_MEMBER_TEXT}. */
  JSON_PATH_TEXT,
  /** (JSON, path) to text: a string, number or truth value; null for anything else. */
  JSON_VALUE,
  /** (JSON, path) to JSON: an object or an array; null for anything else. */
  JSON_QUERY,
  /** (JSON, path) to BOOLEAN. */
  JSON_EXISTS,
  JSON_TYPEOF,
  /** 22023 for what is no array. */
  JSON_ARRAY_LENGTH,

  // Arrays, of one element type with what stands beside them.
  /** Any number of values, nulls among them, to an array of them; never null. */
  ARRAY,
  /** (array, position from 1): null outside. */
  ARRAY_ELEMENT,
  /** How many elements: INTEGER. */
  CARDINALITY,
  /** (array, dimension) to INTEGER: null of an empty array, and of a dimension other than 1. */
  ARRAY_LENGTH,
  /** (array, value): a null array is empty. */
  ARRAY_APPEND,
  /** (value, array): a null array is empty. */
  ARRAY_PREPEND,
  /** Two arrays, the second behind the first; one that is null adds nothing. */
  ARRAY_CAT,
  /** (array, value, from 1 or a later position) to INTEGER: null when absent; finds nulls too. */
  ARRAY_POSITION,
  /** (array, value): without the elements that equal it, or without nulls. */
  ARRAY_REMOVE,
  /** (array of TEXT, delimiter, text for nulls): nulls are left out where there is no text. */
  ARRAY_TO_STRING,
  /** (text, delimiter, text for nulls); a null delimiter parts the characters. */
  STRING_TO_ARRAY,
  /** Whether the first of two arrays has every element of the second; nulls equal nothing. */
  ARRAY_CONTAINS,
  /** Whether two arrays have an element in common; nulls equal nothing. */
  ARRAY_OVERLAPS,
  // (value, array) to BOOLEAN: whether the comparison is true of an element, and null where it is
  // of none and one is null.
  ANY_EQUAL,
  ANY_NOT_EQUAL,
  ANY_LESS,
  ANY_LESS_OR_EQUAL,
  ANY_GREATER,
  ANY_GREATER_OR_EQUAL,

  // Vectors: two of the same dimension (22000 otherwise) to DOUBLE.
  L2_DISTANCE,
  L2_SQUARED_DISTANCE,
  /** Null when a vector is zero. */
  COSINE_DISTANCE,
  /** Null when a vector is zero. */
  COSINE_SIMILARITY,
  INNER_PRODUCT,
  NEGATIVE_INNER_PRODUCT,
  L1_DISTANCE,
  /** Over BINARY alone, as the next. */
  HAMMING_DISTANCE,
  JACCARD_DISTANCE,
  /** One vector to INTEGER. */
  VECTOR_DIMS,
  /** One vector to DOUBLE: its Euclidean length. */
  VECTOR_NORM,
  /** One vector to a vector of length 1; a zero vector stays. */
  L2_NORMALIZE,
  /** (vector, first dimension from 1, count): 22000 where that leaves the vector. */
  SUBVECTOR,
  /** One vector to a BINARY one: whether each element is above zero. */
  BINARY_QUANTIZE,
  /** Two vectors of one element, the second behind the first. */
  VECTOR_CONCAT,
  // Element by element; 22003 where a result does not fit. The second may be a DOUBLE.
  VECTOR_ADD,
  VECTOR_SUBTRACT,
  VECTOR_MULTIPLY,

  /** Without arguments: the database's and the user's name, and Quiver's version. */
  CURRENT_CATALOG,
  CURRENT_USER,
  VERSION,
  /** The name of the argument's type, which the planner knows: it makes a literal of this. */
  TYPE_NAME;

  /** What null arguments have to do with a null result. */
  public enum Nulls {
    /** A null argument gives null, and nothing else does. */
    GIVE_NULL,
    /** Null only where every argument is. */
    SKIPPED,
    /** Null also for arguments that are not. */
    MAY_APPEAR
  }

  /** When the result may be null, for those functions that a user calls by name. */
  public Nulls nulls() {
    return switch (this) {
      case COALESCE, GREATEST, LEAST -> Nulls.SKIPPED;
      case JSON_MEMBER,
          JSON_MEMBER_TEXT,
          JSON_PATH,
          JSON_PATH_TEXT,
          JSON_VALUE,
          JSON_QUERY,
          REGEXP_MATCH,
          REGEXP_SUBSTR ->
          Nulls.MAY_APPEAR;
      default -> Nulls.GIVE_NULL;
    };
  }

  /** Whether every call gives another value, so that none may stand for another. */
  public boolean isVolatile() {
    return switch (this) {
      case RANDOM, GEN_RANDOM_UUID, NEXTVAL, CURRVAL, LASTVAL, SETVAL -> true;
      default -> false;
    };
  }

  /** Whether it is a distance, or a similarity, of two vectors. */
  public boolean isDistance() {
    return switch (this) {
      case L2_DISTANCE,
          L2_SQUARED_DISTANCE,
          COSINE_DISTANCE,
          COSINE_SIMILARITY,
          INNER_PRODUCT,
          NEGATIVE_INNER_PRODUCT,
          L1_DISTANCE,
          HAMMING_DISTANCE,
          JACCARD_DISTANCE ->
          true;
      default -> false;
    };
  }
}
