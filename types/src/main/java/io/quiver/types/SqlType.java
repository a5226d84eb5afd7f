package io.quiver.types;

import java.util.Locale;

/** The type of a column, an expression or a parameter. Nullability belongs to the {@link Field}. */
public sealed interface SqlType {
  SqlType BOOLEAN = Simple.BOOLEAN;
  SqlType INTEGER = Simple.INTEGER;
  SqlType BIGINT = Simple.BIGINT;
  SqlType REAL = Simple.REAL;
  SqlType DOUBLE = Simple.DOUBLE;
  SqlType DATE = Simple.DATE;
  SqlType TIMESTAMP = Simple.TIMESTAMP;
  SqlType TEXT = new Varchar(Varchar.UNBOUNDED);

  /** The type as a user writes it, such as {@code VARCHAR(20)} or {@code VECTOR(384)}. */
  String sqlName();

  /** A vector of 32-bit floats with the given number of dimensions. */
  static Vector vector(int dimension) {
    return new Vector(dimension, Element.FLOAT32);
  }

  /**
   * Types without parameters. Java values: {@code Boolean, Integer, Long, Float, Double, LocalDate,
   * LocalDateTime} (microseconds).
   */
  enum Simple implements SqlType {
    BOOLEAN,
    INTEGER,
    BIGINT,
    REAL,
    DOUBLE,
    DATE,
    TIMESTAMP;

    @Override
    public String sqlName() {
      return name();
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
  }

  /**
   * A dense vector; the Java value is a {@code float[]}.
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
      String detail = element == Element.FLOAT32 ? "" : ", " + element;
      return dimension == ANY_DIMENSION ? "VECTOR" : "VECTOR(" + dimension + detail + ")";
    }
  }

  /** How one dimension of a vector is stored. */
  enum Element {
    FLOAT32(4);

    private final int bytes;

    Element(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }

    @Override
    public String toString() {
      return name().toUpperCase(Locale.ROOT);
    }
  }
}
