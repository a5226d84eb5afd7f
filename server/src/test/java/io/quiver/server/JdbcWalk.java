package io.quiver.server;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import java.io.StringReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.JDBCType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLType;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Calls every method of a JDBC interface with plausible arguments and says what is wrong. */
final class JdbcWalk {
  private final List<String> wrong = new ArrayList<>();
  private final List<String> unsupported = new ArrayList<>();
  private int calls;

  /** Makes a fresh object to call a method of: one that ends it leaves the others alone. */
  interface Source {
    Object open() throws SQLException;
  }

  List<String> wrong() {
    return wrong;
  }

  /** Methods that answered with 0A000, as {@code Interface.method}, once each and in order. */
  List<String> unsupported() {
    return unsupported.stream().distinct().sorted().toList();
  }

  int calls() {
    return calls;
  }

  /** Each method with the arguments of its kind, and a second time with null where one fits. */
  void walk(Class<?> type, Source source) throws SQLException {
    for (Method method : methods(type)) {
      call(type, method, source.open(), false);
      if (Arrays.stream(method.getParameterTypes()).anyMatch(p -> !p.isPrimitive())) {
        call(type, method, source.open(), true);
      }
    }
  }

  private static List<Method> methods(Class<?> type) {
    return Arrays.stream(type.getMethods())
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> method.getDeclaringClass() != Object.class)
        // Of a name or a literal that is null nothing can be said; the JDK's own code asks.
        .filter(method -> !method.getName().startsWith("enquote"))
        .filter(method -> !method.getName().equals("isSimpleIdentifier"))
        .sorted(Comparator.comparing(Method::toString))
        .toList();
  }

  private void call(Class<?> type, Method method, Object target, boolean nulls) {
    calls++;
    Class<?>[] parameters = method.getParameterTypes();
    @Nullable Object[] arguments = new @Nullable Object[parameters.length];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] =
          nulls && !parameters[i].isPrimitive() ? null : argument(parameters[i], method, i);
    }
    String name = type.getSimpleName() + "." + method.getName();
    try {
      method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      judge(name, e.getTargetException(), Arrays.toString(arguments));
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private void judge(String name, @Nullable Throwable thrown, String arguments) {
    if (!(thrown instanceof SQLException failure)
        || failure.getSQLState() == null
        || failure.getSQLState().length() != 5
        || failure.getSQLState().startsWith("XX")) {
      wrong.add(name + arguments + " threw " + thrown + state(thrown) + at(thrown));
      return;
    }
    boolean isUnsupported = failure.getSQLState().equals("0A000");
    if (isUnsupported != failure instanceof SQLFeatureNotSupportedException) {
      wrong.add(name + arguments + " threw a " + failure + " with state " + failure.getSQLState());
    }
    if (isUnsupported) {
      unsupported.add(name);
    }
  }

  private static String at(@Nullable Throwable thrown) {
    return thrown == null || thrown.getStackTrace().length == 0
        ? ""
        : " at " + thrown.getStackTrace()[0];
  }

  private static String state(@Nullable Throwable thrown) {
    return thrown instanceof SQLException failure ? " with state " + failure.getSQLState() : "";
  }

  private static @Nullable Object argument(Class<?> type, Method method, int position) {
    if (type == int.class) {
      return number(method, position);
    }
    if (type == long.class) {
      return 1L;
    }
    if (type == String.class) {
      return text(method);
    }
    if (type.isPrimitive()) {
      return primitive(type);
    }
    Object simple = SAMPLES.get(type);
    if (simple != null) {
      return simple;
    }
    if (type == InputStream.class) {
      return new ByteArrayInputStream(new byte[] {'1'});
    }
    if (type == Reader.class) {
      return new StringReader("1");
    }
    // Blob, Ref, RowId, ShardingKey and others that the driver hands out nowhere.
    return null;
  }

  private static Object primitive(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == byte.class) {
      return (byte) 1;
    }
    if (type == short.class) {
      return (short) 1;
    }
    return type == float.class ? (Object) 1f : (Object) 1d;
  }

  private static int number(Method method, int position) {
    String name = method.getName();
    if (name.startsWith("createStatement") || name.startsWith("prepare")) {
      int[] kinds = {
        ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, ResultSet.HOLD_CURSORS_OVER_COMMIT
      };
      int first = method.getParameterTypes()[0] == String.class ? 1 : 0;
      return method.getParameterCount() == first + 1 ? 1 : kinds[position - first];
    }
    return switch (name) {
      case "setTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
      case "setFetchDirection" -> ResultSet.FETCH_FORWARD;
      case "setMaxFieldSize" -> 0;
      default -> 1;
    };
  }

  private static String text(Method method) {
    return switch (method.getName()) {
      case "executeQuery", "nativeSQL" -> "SELECT id FROM walk";
      case "execute", "executeUpdate", "executeLargeUpdate", "addBatch", "prepareStatement" ->
          "UPDATE walk SET t = '2'";
      case "setSchema" -> "public";
      case "createArrayOf" -> "INTEGER";
      case "setClientInfo", "getClientInfo" -> "ApplicationName";
      default -> method.getDeclaringClass() == ResultSet.class ? "t" : "walk";
    };
  }

  private static final Map<Class<?>, Object> SAMPLES = samples();

  private static Map<Class<?>, Object> samples() {
    Map<Class<?>, Object> samples = new HashMap<>();
    samples.put(Object.class, 1);
    samples.put(BigDecimal.class, BigDecimal.ONE);
    samples.put(Date.class, Date.valueOf("2024-02-29"));
    samples.put(Time.class, Time.valueOf("12:30:00"));
    samples.put(Timestamp.class, Timestamp.valueOf("2024-02-29 12:30:00"));
    samples.put(Calendar.class, Calendar.getInstance(TimeZone.getTimeZone("UTC")));
    samples.put(byte[].class, new byte[] {1});
    samples.put(int[].class, new int[] {1});
    samples.put(String[].class, new String[] {"id"});
    samples.put(Object[].class, new Object[] {1, null});
    samples.put(Class.class, String.class);
    samples.put(Map.class, Map.of());
    samples.put(Properties.class, new Properties());
    samples.put(Executor.class, (Executor) Runnable::run);
    samples.put(SQLType.class, JDBCType.INTEGER);
    return samples;
  }
}
