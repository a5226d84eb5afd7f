package io.quiver.lincheck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Runs operations of two or three threads in many interleavings, by Lincheck's model checker, and
 * compares what they return with what they would have in some order one after the other.
 *
 * <p>Lincheck switches between threads at accesses to what they share: fields, elements, atomics,
 * locks. What has been made inside of a run it holds for unshared until it sees it stored in
 * something shared, and a compareAndExchange it does not follow; so what is tested is a field of
 * the class with the operations, made by {@code new}. Memory outside the heap it does not see.
 */
public final class Interleavings {
  /** How many of each scenario: few suffice for a bug that shows with one or two switches. */
  private static final int TRIES = Integer.getInteger("lincheck.tries", 50);

  /** The same until a bug is found that is there for sure. */
  private static final int TRIES_FOR_BUG = 2_000;

  private final Class<?> operations;
  private final List<ExecutionScenario> scenarios = new ArrayList<>();

  /**
   * @param operations a class whose methods are the operations, with a constructor without
   *     arguments
   */
  public Interleavings(Class<?> operations) {
    this.operations = operations;
  }

  /** Operations of one thread, such as {@code "find 1", "remove 1"}. */
  public record Part(List<String> calls) {}

  public static Part thread(String... calls) {
    return new Part(List.of(calls));
  }

  /** Adds a scenario: what comes first, then threads at once, then all of {@code last}. */
  public Interleavings scenario(Part first, Part last, Part... threads) {
    List<List<Actor>> parallel = Arrays.stream(threads).map(this::actors).toList();
    scenarios.add(new ExecutionScenario(actors(first), parallel, actors(last), null));
    return this;
  }

  private List<Actor> actors(Part part) {
    return part.calls().stream().map(this::actor).toList();
  }

  private Actor actor(String call) {
    String[] words = call.split(" ", -1);
    for (Method each : operations.getMethods()) {
      if (each.getName().equals(words[0]) && each.getParameterCount() == words.length - 1) {
        List<Object> arguments = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
          arguments.add(Integer.valueOf(words[i]));
        }
        return new Actor(each, arguments);
      }
    }
    throw new AssertionError("no operation " + call);
  }

  /** Passes when all results are those of some order. */
  public void check() {
    check(TRIES);
  }

  private void check(int tries) {
    ModelCheckingOptions options =
        new ModelCheckingOptions()
            .iterations(0)
            .invocationsPerIteration(tries)
            .minimizeFailedScenario(false);
    scenarios.forEach(options::addCustomScenario);
    options.check(operations);
  }

  /** Passes when there are results of no order, or threads that wait for ever. */
  public void checkFindsBug() {
    assertThatThrownBy(this::checkLonger)
        .isInstanceOf(AssertionError.class)
        .message()
        .containsPattern("Invalid execution results|has hung|deadlock|livelock");
  }

  /** All scenarios by and by: the bug may show in the last one alone. */
  private void checkLonger() {
    for (int tries = 40; tries <= TRIES_FOR_BUG; tries *= 7) {
      check(tries);
    }
  }
}
