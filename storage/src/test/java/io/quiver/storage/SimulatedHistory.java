package io.quiver.storage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What clients of one table have been told since it was opened, and what they have seen. Commits
 * are numbered without gaps; where one is missing, its client has not heard of it, and it must be
 * one of those that nobody knows the end of.
 */
final class SimulatedHistory {
  /** As docs/reliability.md has it: answered commits that a crash loses lie within this time. */
  private static final long LOSS_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  /** Rows by key, as text; null takes a row away. */
  record Change(Map<Long, @Nullable String> rows, boolean synchronous, long begun) {}

  private record Answered(Change change, long answered) {}

  private record Seen(long version, Map<Long, String> rows, String when) {}

  private final TreeMap<Long, Answered> answered = new TreeMap<>();
  private final Map<Integer, Change> doubtful = new TreeMap<>();
  private final List<Seen> seen = new ArrayList<>();
  private long baseVersion;
  private Map<Long, String> base = Map.of();

  /** A client is about to commit. */
  void begins(int client, Change change) {
    doubtful.put(client, change);
  }

  /** It was told that its commit has failed, and will never be seen. */
  void refused(int client) {
    doubtful.remove(client);
  }

  void answered(int client, long version, long now) {
    Change change = doubtful.remove(client);
    if (change == null) {
      throw new AssertionError("client " + client + " has no commit");
    }
    if (answered.put(version, new Answered(change, now)) != null || version <= baseVersion) {
      throw new AssertionError("version " + version + " was given twice");
    }
  }

  void saw(long version, Map<Long, String> rows, String when) {
    seen.add(new Seen(version, rows, when));
  }

  int commits() {
    return answered.size();
  }

  /**
   * All clients have ended, and the table was opened again: checks what it holds then, and what was
   * seen before, and goes on from there.
   *
   * @param orderly whether the database was closed, and nothing may be lost
   */
  void reopened(long version, Map<Long, String> rows, boolean orderly) {
    for (Seen each : seen) {
      check(each.version(), each.rows(), each.when());
    }
    checkLost(version, orderly);
    check(version, rows, "after opening");
    answered.clear();
    doubtful.clear();
    seen.clear();
    baseVersion = version;
    base = rows;
  }

  private void checkLost(long version, boolean orderly) {
    long first = Long.MAX_VALUE;
    long last = Long.MIN_VALUE;
    for (Map.Entry<Long, Answered> lost : answered.tailMap(version, false).entrySet()) {
      Answered commit = lost.getValue();
      if (orderly || commit.change().synchronous()) {
        throw new AssertionError(
            "commit " + lost.getKey() + " was answered and is lost; found version " + version);
      }
      first = Math.min(first, commit.answered());
      last = Math.max(last, commit.change().begun());
    }
    if (last - first > LOSS_NANOS_MAX) {
      throw new AssertionError("commits of " + (last - first) + " ns are lost");
    }
  }

  private void check(long version, Map<Long, String> found, String when) {
    List<Long> missing = new ArrayList<>();
    for (long v = baseVersion + 1; v <= version; v++) {
      if (!answered.containsKey(v)) {
        missing.add(v);
      }
    }
    if (!explains(version, found, missing, new HashMap<>())) {
      throw new AssertionError(
          when
              + ": at version "
              + version
              + " with "
              + missing
              + " unanswered "
              + difference(rows(version, Map.of()), found));
    }
  }

  /** Whether the rows are right with some of the doubtful commits in the missing places. */
  private boolean explains(
      long version, Map<Long, String> found, List<Long> missing, Map<Long, Change> filled) {
    if (filled.size() == missing.size()) {
      return rows(version, filled).equals(found);
    }
    Set<Change> used = new HashSet<>(filled.values());
    for (Change change : doubtful.values()) {
      if (!used.contains(change)) {
        filled.put(missing.get(filled.size()), change);
        if (explains(version, found, missing, filled)) {
          return true;
        }
        filled.remove(missing.get(filled.size() - 1));
      }
    }
    return false;
  }

  private Map<Long, String> rows(long version, Map<Long, Change> filled) {
    Map<Long, String> rows = new TreeMap<>(base);
    for (long v = baseVersion + 1; v <= version; v++) {
      Answered known = answered.get(v);
      Change change = known == null ? filled.get(v) : known.change();
      if (change != null) {
        apply(change, rows);
      }
    }
    return rows;
  }

  static void apply(Change change, Map<Long, String> rows) {
    change
        .rows()
        .forEach((key, row) -> {
          if (row == null) {
            rows.remove(key);
          } else {
            rows.put(key, row);
          }
        });
  }

  private static String difference(Map<Long, String> expected, Map<Long, String> found) {
    StringBuilder text = new StringBuilder();
    Set<Long> keys = new HashSet<>(expected.keySet());
    keys.addAll(found.keySet());
    for (Long key : keys.stream().sorted().toList()) {
      String wanted = expected.get(key);
      String there = found.get(key);
      if (wanted == null ? there != null : !wanted.equals(there)) {
        text.append("\n  ").append(key).append(": expected ").append(wanted);
        text.append(", found ").append(there);
      }
    }
    return text.toString();
  }
}
