package io.quiver.examples.javadoc;

import io.quiver.engine.FunctionPlugin;
import io.quiver.executor.expression.UserFunction;
import io.quiver.types.SqlType;
import java.util.List;

/** The SQL function {@code embed(text)}: what the model makes of a text, as a VECTOR(384). */
public final class EmbedFunction implements FunctionPlugin {
  @Override
  public List<UserFunction> functions() {
    return List.of(
        new UserFunction(
            "embed",
            List.of(SqlType.TEXT),
            SqlType.vector(Embedder.DIMENSION),
            true,
            arguments -> Embedder.embed((String) arguments.getFirst())));
  }
}
