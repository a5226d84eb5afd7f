package io.quiver.types;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** 128-bit two's complement integers as a high and a low half: the digits of DECIMALs. */
public final class Int128 {
  private Int128() {}

  public static BigInteger toBigInteger(long high, long low) {
    byte[] bytes = new byte[16];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) (high >> (56 - 8 * i));
      bytes[8 + i] = (byte) (low >> (56 - 8 * i));
    }
    return new BigInteger(bytes);
  }

  public static long high(BigInteger value) {
    return value.shiftRight(64).longValue();
  }

  public static long low(BigInteger value) {
    return value.longValue();
  }

  /** The order of two such integers. */
  public static int compare(long aHigh, long aLow, long bHigh, long bLow) {
    int order = Long.compare(aHigh, bHigh);
    return order != 0 ? order : Long.compareUnsigned(aLow, bLow);
  }

  /**
   * The digits of a number in a DECIMAL type, rounded half away from zero to its scale.
   *
   * @throws QuiverException 22003 when the number has too many digits before the point
   */
  public static BigInteger digits(BigDecimal value, SqlType.Decimal type) {
    // Decided before scaling: 1E+1000000 must not be written out.
    boolean tooLarge =
        value.signum() != 0
            && (long) value.precision() - value.scale() > type.precision() - type.scale() + 1L;
    BigDecimal scaled =
        tooLarge ? BigDecimal.ZERO : value.setScale(type.scale(), RoundingMode.HALF_UP);
    if (tooLarge || scaled.precision() > type.precision()) {
      throw new QuiverException(
          ErrorCode.NUMERIC_VALUE_OUT_OF_RANGE,
          excerpt(value) + " does not fit into " + type.sqlName());
    }
    return scaled.unscaledValue();
  }

  private static String excerpt(BigDecimal value) {
    String text = value.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
