package io.quiver.engine;

import io.quiver.executor.expression.UserFunction;
import java.util.List;

/**
 * Gives scalar functions to every database of the process. Found by {@link
 * java.util.ServiceLoader}; it must be cheap to load and do its own work on the first call.
 */
public interface FunctionPlugin {
  List<UserFunction> functions();
}
