package io.quiver.engine;

import io.quiver.storage.Store;
import io.quiver.storage.transaction.Transaction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** A store that lets something happen before a step of the transactions of one thread. */
final class SteppedStore {
  private final Store inner;
  private int step;
  private int at = Integer.MAX_VALUE;
  private Runnable event = () -> {};
  private boolean happening;

  SteppedStore(Store inner) {
    this.inner = inner;
  }

  Store store() {
    return proxy(Store.class, inner);
  }

  /** Runs something before the k-th call of a transaction from now on, counted from 0. */
  void before(int k, Runnable what) {
    step = 0;
    at = k;
    event = what;
  }

  /** How many calls there have been since. */
  int steps() {
    return step;
  }

  private <T> T proxy(Class<T> type, Object target) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (same, method, arguments) -> call(target, method, arguments));
    return type.cast(proxy);
  }

  private Object call(Object target, Method method, Object[] arguments) throws Throwable {
    if (target instanceof Transaction && !happening && step++ == at) {
      happening = true;
      event.run();
      happening = false;
    }
    try {
      Object result = method.invoke(target, arguments);
      return result instanceof Transaction begun ? proxy(Transaction.class, begun) : result;
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
