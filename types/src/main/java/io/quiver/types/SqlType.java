package io.quiver.types;

/** The type of a column, an expression or a parameter. Nullability belongs to the {@link Field}. */
public sealed interface SqlType {
  SqlType BOOLEAN = Simple.BOOLEAN;
  SqlType TINYINT = Simple.TINYINT;
  SqlType SMALLINT = Simple.SMALLINT;
  SqlType INTEGER = Simple.INTEGER;
  SqlType BIGINT = Simple.BIGINT;
  SqlType REAL = Simple.REAL;
  SqlType DOUBLE = Simple.DOUBLE;
  SqlType DATE = Simple.DATE;
  SqlType TIME = Simple.TIME;
  SqlType TIMESTAMP = Simple.TIMESTAMP;
  SqlType TIMESTAMP_TZ = Simple.TIMESTAMP_TZ;
  SqlType UUID = Simple.UUID;
  SqlType JSON = Simple.JSON;
  SqlType TEXT = new Varchar(Varchar.UNBOUNDED);
  SqlType VARBINARY = new Varbinary(Varbinary.UNBOUNDED);

  /** The type as a user writes it, such as {@code VARCHAR(20)} or {@code VECTOR(384)}. */
  String sqlName();

  /** How rows of this type lie in memory. */
  Layout layout();

  /** A vector of 32-bit floats with the given number of dimensions. */
  static Vector vector(int dimension) {
    return new Vector(dimension, Element.FLOAT32);
  }

  /**
   * Types without parameters. Java values, in this order: {@code Boolean, Byte, Short, Integer,
   * Long, Float, Double, LocalDate, LocalTime, LocalDateTime, Instant} (times in microseconds),
   * {@code java.util.UUID}, and for JSON its text as a {@code String}.
   */
  enum Simple implements SqlType {
    BOOLEAN("BOOLEAN"),
    TINYINT("TINYINT"),
    SMALLINT("SMALLINT"),
    INTEGER("INTEGER"),
    BIGINT("BIGINT"),
    REAL("REAL"),
    DOUBLE("DOUBLE"),
    DATE("DATE"),
    TIME("TIME"),
    TIMESTAMP("TIMESTAMP"),
    /** An instant; its text is in the session's time zone. */
    TIMESTAMP_TZ("TIMESTAMP WITH TIME ZONE"),
    UUID("UUID"),
    /** Checked text, kept as it was written. */
    JSON("JSON");

    private final String sqlName;

    Simple(String sqlName) {
      this.sqlName = sqlName;
    }

    @Override
    public String sqlName() {
      return sqlName;
    }

    @Override
    public Layout layout() {
      return switch (this) {
        case BOOLEAN -> new Layout.Bits();
        case TINYINT -> new Layout.Fixed(1);
        case SMALLINT -> new Layout.Fixed(2);
        case INTEGER, REAL, DATE -> new Layout.Fixed(4);
        case BIGINT, DOUBLE, TIME, TIMESTAMP, TIMESTAMP_TZ -> new Layout.Fixed(8);
        case UUID -> new Layout.Fixed(16);
        case JSON -> new Layout.Variable();
      };
    }
  }

  /**
   * An exact number: an integer times a power of ten; the Java value is a {@code BigDecimal} of
   * that scale.
   *
   * @param precision digits in all, 1 to {@link #MAX_PRECISION}
   * @param scale digits after the point, 0 to the precision
   */
  record Decimal(int precision, int scale) implements SqlType {
    public static final int MAX_PRECISION = 38;

    public Decimal {
      if (precision < 1 || precision > MAX_PRECISION) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "DECIMAL has a precision of 1 to " + MAX_PRECISION + ", found " + precision);
      }
      if (scale < 0 || scale > precision) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "DECIMAL(" + precision + ") has a scale of 0 to " + precision + ", found " + scale);
      }
    }

    @Override
    public String sqlName() {
      return "DECIMAL(" + precision + ", " + scale + ")";
    }

    @Override
    public Layout layout() {
      return new Layout.Fixed(16);
    }
  }

  /**
   * UTF-8 text of at most {@code maxLength} code points; the Java value is a {@code String}.
   *
   * @param maxLength in code points, or {@link #UNBOUNDED}
   */
  record Varchar(int maxLength) implements SqlType {
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    public Varchar {
      if (maxLength < 1) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "VARCHAR needs a length of at least 1, found " + maxLength);
      }
    }

    @Override
    public String sqlName() {
      return maxLength == UNBOUNDED ? "VARCHAR" : "VARCHAR(" + maxLength + ")";
    }

    @Override
    public Layout layout() {
      return new Layout.Variable();
    }
  }

  /**
   * At most {@code maxLength} bytes; the Java value is a {@code byte[]}.
   *
   * @param maxLength in bytes, or {@link #UNBOUNDED}
   */
  record Varbinary(int maxLength) implements SqlType {
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    public Varbinary {
      if (maxLength < 1) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "VARBINARY needs a length of at least 1, found " + maxLength);
      }
    }

    @Override
    public String sqlName() {
      return maxLength == UNBOUNDED ? "VARBINARY" : "VARBINARY(" + maxLength + ")";
    }

    @Override
    public Layout layout() {
      return new Layout.Variable();
    }
  }

  /**
   * Values of one scalar type, any number of them, some of which may be null; the Java value is a
   * {@code List} of the element's Java values.
   */
  record Array(SqlType element) implements SqlType {
    public Array {
      if (element instanceof Array || element instanceof Vector) {
        throw new QuiverException(
            ErrorCode.FEATURE_NOT_SUPPORTED,
            "an ARRAY holds values of a scalar type, found " + element.sqlName());
      }
    }

    @Override
    public String sqlName() {
      return element.sqlName() + " ARRAY";
    }

    @Override
    public Layout layout() {
      return new Layout.Lists(element);
    }
  }

  /**
   * A dense vector. The Java value is a {@code float[]} for the elements FLOAT32, FLOAT16 and
   * BFLOAT16; a {@code byte[]} with a byte a dimension for INT8, and with eight dimensions a byte
   * for BINARY, the first in the highest bit, bits beyond the last dimension zero.
   *
   * @param dimension 1 to {@link #MAX_DIMENSION}, or {@link #ANY_DIMENSION} for an expression whose
   *     dimension is only known when it runs
   */
  record Vector(int dimension, Element element) implements SqlType {
    public static final int MAX_DIMENSION = 65_535;
    public static final int ANY_DIMENSION = 0;

    public Vector {
      if (dimension < ANY_DIMENSION || dimension > MAX_DIMENSION) {
        throw new QuiverException(
            ErrorCode.INVALID_PARAMETER_VALUE,
            "a vector has 1 to " + MAX_DIMENSION + " dimensions, found " + dimension);
      }
    }

    @Override
    public String sqlName() {
      if (element == Element.FLOAT32) {
        return dimension == ANY_DIMENSION ? "VECTOR" : "VECTOR(" + dimension + ")";
      }
      return "VECTOR(" + (dimension == ANY_DIMENSION ? "*" : dimension) + ", " + element + ")";
    }

    @Override
    public Layout layout() {
      return new Layout.Fixed(element.bytes(dimension));
    }
  }

  /** How one dimension of a vector is stored. */
  enum Element {
    FLOAT32(32),
    /** IEEE 754 binary16. */
    FLOAT16(16),
    /** The upper half of a FLOAT32. */
    BFLOAT16(16),
    INT8(8),
    BINARY(1);

    private final int bits;

    Element(int bits) {
      this.bits = bits;
    }

    /** Bytes that a vector of so many dimensions takes. */
    public int bytes(int dimension) {
      return (int) (((long) dimension * bits + 7) >> 3);
    }
  }
}
