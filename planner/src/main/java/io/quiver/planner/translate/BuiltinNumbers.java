package io.quiver.planner.translate;

import io.quiver.executor.expression.ScalarFunction;
import io.quiver.types.SqlType;
import java.util.ArrayList;
import java.util.List;

/** The functions of numbers. */
final class BuiltinNumbers {
  private final List<FunctionBuilder> functions = new ArrayList<>();

  private BuiltinNumbers() {}

  static List<FunctionBuilder> all() {
    BuiltinNumbers numbers = new BuiltinNumbers();
    numbers.addRounding();
    numbers.addPowers();
    numbers.addAngles();
    return numbers.functions;
  }

  private FunctionBuilder number(String name, String description) {
    FunctionBuilder builder = new FunctionBuilder(FunctionCategory.NUMBER, name, description);
    functions.add(builder);
    return builder;
  }

  private void addRounding() {
    number("abs", "the number without its sign")
        .taking(ArgumentKind.NUMBER, "n")
        .givesTheSame(ScalarFunction.ABS);
    number("sign", "-1, 0 or 1").taking(ArgumentKind.NUMBER, "n").givesTheSame(ScalarFunction.SIGN);
    number("mod", "the rest of a division, with the sign of a; as %")
        .taking(ArgumentKind.NUMBER, "a", "b")
        .givesTheSame(ScalarFunction.MOD);
    number("ceil", "the next whole number upwards; exact for DECIMAL")
        .also("ceiling")
        .number("n")
        .gives(SqlType.DOUBLE, ScalarFunction.CEIL);
    number("floor", "the next whole number downwards; exact for DECIMAL")
        .number("n")
        .gives(SqlType.DOUBLE, ScalarFunction.FLOOR);
    number("round", "rounded to so many digits, half away from zero; exact for DECIMAL")
        .number("n")
        .optional()
        .integer("digits")
        .gives(SqlType.DOUBLE, ScalarFunction.ROUND);
    number("trunc", "cut to so many digits; exact for DECIMAL")
        .also("truncate")
        .number("n")
        .optional()
        .integer("digits")
        .gives(SqlType.DOUBLE, ScalarFunction.TRUNCATE);
  }

  private void addPowers() {
    number("sqrt", "the square root").number("n").gives(SqlType.DOUBLE, ScalarFunction.SQRT);
    number("cbrt", "the cube root").number("n").gives(SqlType.DOUBLE, ScalarFunction.CBRT);
    number("power", "a to the power of b")
        .also("pow")
        .number("a", "b")
        .gives(SqlType.DOUBLE, ScalarFunction.POWER);
    number("exp", "e to the power of n").number("n").gives(SqlType.DOUBLE, ScalarFunction.EXP);
    number("ln", "the natural logarithm").number("n").gives(SqlType.DOUBLE, ScalarFunction.LN);
    number("log", "the logarithm to base 10, or to the base given")
        .number("n")
        .gives(SqlType.DOUBLE, ScalarFunction.LOG10)
        .number("base", "n")
        .gives(SqlType.DOUBLE, ScalarFunction.LOG);
    number("log10", "the logarithm to base 10")
        .number("n")
        .gives(SqlType.DOUBLE, ScalarFunction.LOG10);
    number("random", "from 0 to below 1, another in every row")
        .gives(SqlType.DOUBLE, ScalarFunction.RANDOM);
  }

  private void addAngles() {
    number("pi", "3.141592653589793").gives(SqlType.DOUBLE, ScalarFunction.PI);
    angle("sin", "the sine of an angle in radians", ScalarFunction.SIN);
    angle("cos", "the cosine of an angle in radians", ScalarFunction.COS);
    angle("tan", "the tangent of an angle in radians", ScalarFunction.TAN);
    angle("asin", "the angle of a sine, in radians", ScalarFunction.ASIN);
    angle("acos", "the angle of a cosine, in radians", ScalarFunction.ACOS);
    angle("atan", "the angle of a tangent, in radians", ScalarFunction.ATAN);
    number("atan2", "the angle of y/x, in radians")
        .number("y", "x")
        .gives(SqlType.DOUBLE, ScalarFunction.ATAN2);
    angle("degrees", "radians in degrees", ScalarFunction.DEGREES);
    angle("radians", "degrees in radians", ScalarFunction.RADIANS);
  }

  private void angle(String name, String description, ScalarFunction function) {
    number(name, description).number("n").gives(SqlType.DOUBLE, function);
  }
}
