package io.quiver.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Checks a recorded history for snapshot isolation in real time.
 *
 * <p>Each key holds a list, and a write appends a number that no other write does: so what a read
 * gives tells which writes it saw and in which order (Kingsbury and Alvaro 2020, "Elle"). From that
 * follow the dependencies of Adya 1999: ww (the next append of a key), wr (who read it), rw (who
 * appended behind what was read). A history is one of snapshot isolation exactly if every cycle of
 * dependencies has two rw edges that follow each other (Cerone and Gotsman 2016). Edges from what
 * had ended to what began later make it hold in real time: a snapshot has all that was acknowledged
 * before, and no session goes back in time.
 *
 * <p>What it names: {@code G0} to {@code G1c} and {@code G-single} as Adya does; {@code lost
 * update}; {@code long fork} for a cycle of several rw edges, none next to another; {@code session
 * order} and {@code real time} where only time closes the cycle. Write skew (G2-item) is allowed.
 */
final class SnapshotIsolation {
  /**
   * What one statement saw of a key.
   *
   * @param values of the key's list
   * @param own those that the reader's transaction had appended itself by then
   * @param ended the moment at which it had been read
   */
  record Read(int key, List<Long> values, List<Long> own, long ended) {
    Read {
      values = List.copyOf(values);
      own = List.copyOf(own);
    }
  }

  /** An append, and whether the transaction kept it: not so after ROLLBACK TO a savepoint. */
  record Append(int key, long value, boolean kept) {}

  /**
   * What has one snapshot: a transaction; under READ COMMITTED a statement that reads, and all
   * writes of a transaction.
   *
   * @param begin a moment before it
   * @param committing a moment before its COMMIT, or before the one statement that is committed
   * @param end a moment after it was acknowledged
   */
  record Observed(
      String name,
      int session,
      long begin,
      long committing,
      long end,
      boolean committed,
      List<Read> reads,
      List<Append> appends) {
    Observed {
      reads = List.copyOf(reads);
      appends = List.copyOf(appends);
    }
  }

  /** A stretch of a key's list that one transaction appended: up to {@code end}, exclusively. */
  private record Run(int writer, int end) {}

  private static final int NOBODY = -1;

  private final List<Observed> history;
  private final Map<Integer, List<Long>> last;
  private final Map<Long, Integer> writers = new HashMap<>();
  private final Map<Long, Boolean> kept = new HashMap<>();
  private final Map<Integer, List<Run>> runs = new TreeMap<>();
  private final List<String> anomalies = new ArrayList<>();
  private final DependencyGraph graph;

  private SnapshotIsolation(List<Observed> history, Map<Integer, List<Long>> last) {
    this.history = history;
    this.last = last;
    this.graph = new DependencyGraph(history.stream().map(Observed::name).toList());
  }

  /**
   * Names what snapshot isolation forbids; nothing where all is well.
   *
   * @param last each key's list when all had ended; a key without a list may be missing
   */
  static List<String> anomalies(List<Observed> history, Map<Integer, List<Long>> last) {
    SnapshotIsolation check = new SnapshotIsolation(history, last);
    check.gatherWrites();
    check.checkLast();
    for (int i = 0; i < history.size(); i++) {
      check.checkReads(i);
    }
    check.addOrder();
    check.anomalies.addAll(check.graph.anomalies());
    return check.anomalies;
  }

  private void gatherWrites() {
    for (int i = 0; i < history.size(); i++) {
      for (Append append : history.get(i).appends()) {
        if (writers.put(append.value(), i) != null) {
          throw new IllegalArgumentException(append.value() + " was appended twice");
        }
        kept.put(append.value(), append.kept() && history.get(i).committed());
      }
    }
  }

  private void checkLast() {
    Set<Long> seen = new HashSet<>();
    last.forEach((key, values) -> {
      List<Run> all = new ArrayList<>();
      for (int i = 0; i < values.size(); i++) {
        long value = values.get(i);
        Integer writer = writers.get(value);
        if (writer == null || !kept.getOrDefault(value, false)) {
          anomalies.add("G1a: key " + key + " ends with " + value + ", which nobody committed");
          continue;
        }
        if (!seen.add(value)) {
          anomalies.add("duplicate: key " + key + " has " + value + " twice");
          continue;
        }
        if (!all.isEmpty() && all.getLast().writer() == writer) {
          all.removeLast();
        }
        all.add(new Run(writer, i + 1));
      }
      runs.put(key, all);
    });
    kept.forEach((value, isKept) -> {
      if (isKept && !seen.contains(value)) {
        anomalies.add(
            "lost update: " + value + " of " + name(writers.getOrDefault(value, 0)) + " is gone");
      }
    });
  }

  private void checkReads(int reader) {
    Map<Integer, List<Long>> first = new HashMap<>();
    Set<Integer> appended = new HashSet<>();
    history.get(reader).appends().stream()
        .filter(append -> kept.getOrDefault(append.value(), false))
        .forEach(append -> appended.add(append.key()));
    for (Read read : history.get(reader).reads()) {
      int base = read.values().size() - read.own().size();
      if (base < 0 || !read.values().subList(base, read.values().size()).equals(read.own())) {
        anomalies.add("internal: " + name(reader) + " appended " + read.own() + ", reads " + read);
        continue;
      }
      List<Long> values = read.values().subList(0, base);
      List<Long> before = first.putIfAbsent(read.key(), values);
      if (before == null) {
        checkRead(reader, read, values, appended.contains(read.key()));
      } else if (!before.equals(values)) {
        anomalies.add(
            "non-repeatable read: " + name(reader) + " read " + before + " and then " + values);
      }
    }
  }

  private void checkRead(int reader, Read read, List<Long> values, boolean appends) {
    List<Long> end = last.getOrDefault(read.key(), List.of());
    if (!end.subList(0, Math.min(values.size(), end.size())).equals(values)) {
      anomalies.add(
          "incompatible order: "
              + name(reader)
              + " read "
              + values
              + " of key "
              + read.key()
              + ", which ends as "
              + end);
    }
    for (long value : values) {
      Integer writer = writers.get(value);
      if (writer == null || !kept.getOrDefault(value, false)) {
        anomalies.add("G1a: " + name(reader) + " read " + value + ", which nobody committed");
      } else if (history.get(writer).committing() > read.ended()) {
        anomalies.add("dirty read: " + name(reader) + " read " + value + " before its COMMIT");
      }
    }
    addEdges(reader, read, values, appends);
  }

  private void addEdges(int reader, Read read, List<Long> values, boolean appends) {
    List<Run> all = runs.getOrDefault(read.key(), List.of());
    int length = values.isEmpty() ? 0 : indexBehind(read.key(), values.getLast());
    int next = 0;
    while (next < all.size() && all.get(next).end() <= length) {
      next++;
    }
    int begin = next == 0 ? 0 : all.get(next - 1).end();
    if (next < all.size() && length > begin) {
      anomalies.add(
          "G1b: " + name(reader) + " read a part of what " + name(all.get(next).writer()) + " did");
    }
    if (next > 0) {
      graph.add(all.get(next - 1).writer(), reader, DependencyGraph.Kind.WR);
    }
    int follower = next < all.size() ? all.get(next).writer() : NOBODY;
    if (appends && follower != reader) {
      anomalies.add(
          "lost update: "
              + name(reader)
              + " read key "
              + read.key()
              + " as "
              + values
              + " and appended behind another");
    }
    if (follower != NOBODY) {
      graph.add(reader, follower, DependencyGraph.Kind.RW);
    }
  }

  private int indexBehind(int key, long value) {
    return last.getOrDefault(key, List.of()).indexOf(value) + 1;
  }

  private void addOrder() {
    for (List<Run> all : runs.values()) {
      for (int i = 1; i < all.size(); i++) {
        graph.add(all.get(i - 1).writer(), all.get(i).writer(), DependencyGraph.Kind.WW);
      }
    }
    Map<Integer, List<Integer>> sessions = new HashMap<>();
    List<Integer> everybody = new ArrayList<>();
    for (int i = 0; i < history.size(); i++) {
      sessions.computeIfAbsent(history.get(i).session(), s -> new ArrayList<>()).add(i);
      everybody.add(i);
    }
    sessions.values().forEach(each -> addTime(each, DependencyGraph.Kind.SESSION));
    addTime(everybody, DependencyGraph.Kind.TIME);
  }

  /** Edges from each to all that began after its end, by way of one node for each end. */
  private void addTime(Collection<Integer> some, DependencyGraph.Kind kind) {
    List<Integer> byEnd =
        some.stream().sorted(Comparator.comparingLong(i -> history.get(i).end())).toList();
    List<Integer> byBegin =
        some.stream().sorted(Comparator.comparingLong(i -> history.get(i).begin())).toList();
    int ended = 0;
    int moment = NOBODY;
    for (int beginner : byBegin) {
      while (ended < byEnd.size()
          && history.get(byEnd.get(ended)).end() < history.get(beginner).begin()) {
        int next = graph.moment();
        if (moment != NOBODY) {
          graph.add(moment, next, kind);
        }
        graph.add(byEnd.get(ended), next, kind);
        moment = next;
        ended++;
      }
      if (moment != NOBODY) {
        graph.add(moment, beginner, kind);
      }
    }
  }

  private String name(int node) {
    return history.get(node).name();
  }

  /** Dependencies between what was observed, and moments between them. */
  private static final class DependencyGraph {
    enum Kind {
      WW,
      WR,
      RW,
      SESSION,
      TIME
    }

    private record Edge(int to, Kind kind) {}

    private record Step(int state, int edge) {}

    private final List<String> names;
    private final List<List<Edge>> edges = new ArrayList<>();

    DependencyGraph(List<String> names) {
      this.names = names;
      names.forEach(name -> edges.add(new ArrayList<>()));
    }

    int moment() {
      edges.add(new ArrayList<>());
      return edges.size() - 1;
    }

    void add(int from, int to, Kind kind) {
      if (from != to) {
        edges.get(from).add(new Edge(to, kind));
      }
    }

    /** One cycle for the fewest kinds of edges that have one. */
    List<String> anomalies() {
      Kind[] kinds = Kind.values();
      for (int i = 0; i < kinds.length; i++) {
        Set<Kind> allowed = Set.copyOf(List.of(kinds).subList(0, i + 1));
        List<String> cycle = cycle(allowed);
        if (!cycle.isEmpty()) {
          long antidependencies = cycle.stream().filter(s -> s.contains("-rw->")).count();
          String found =
              switch (kinds[i]) {
                case WW -> "G0";
                case WR -> "G1c";
                case RW -> antidependencies == 1 ? "G-single" : "long fork";
                case SESSION -> "session order";
                case TIME -> "real time";
              };
          return List.of(found + ": " + String.join(" ", cycle));
        }
      }
      return List.of();
    }

    /**
     * A cycle without two rw edges in a row, or nothing. A state is a node, and whether an rw edge
     * led there: from such a one no rw edge goes on.
     */
    private List<String> cycle(Set<Kind> allowed) {
      int states = 2 * edges.size();
      BitSet done = new BitSet(states);
      int[] depth = new int[states];
      for (int start = 0; start < states; start += 2) {
        List<Step> path = new ArrayList<>();
        path.add(new Step(start, 0));
        while (!path.isEmpty()) {
          Step step = path.removeLast();
          List<Edge> from = edges.get(step.state() / 2);
          if (done.get(step.state()) || step.edge() == from.size()) {
            done.set(step.state());
            depth[step.state()] = 0;
            continue;
          }
          path.add(new Step(step.state(), step.edge() + 1));
          depth[step.state()] = path.size();
          Edge edge = from.get(step.edge());
          boolean antidependency = edge.kind() == Kind.RW;
          if (!allowed.contains(edge.kind()) || (antidependency && step.state() % 2 == 1)) {
            continue;
          }
          int next = 2 * edge.to() + (antidependency ? 1 : 0);
          if (depth[next] > 0) {
            return text(path.subList(depth[next] - 1, path.size()));
          }
          if (!done.get(next)) {
            path.add(new Step(next, 0));
          }
        }
      }
      return List.of();
    }

    private List<String> text(List<Step> cycle) {
      List<String> text = new ArrayList<>();
      for (Step step : cycle) {
        int node = step.state() / 2;
        String name = node < names.size() ? names.get(node) : "";
        Kind kind = edges.get(node).get(step.edge() - 1).kind();
        boolean timed = kind == Kind.SESSION || kind == Kind.TIME;
        String arrow = timed ? "" : " -" + kind.name().toLowerCase(java.util.Locale.ROOT) + "->";
        if (!name.isEmpty() || !arrow.isEmpty()) {
          text.add(name + (timed ? " ..." : arrow));
        }
      }
      return text;
    }
  }
}
