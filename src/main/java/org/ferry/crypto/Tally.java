package org.ferry.crypto;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts incidents since the start; for any number of threads. */
final class Tally {
  private final Map<Incident, LongAdder> counts = new ConcurrentHashMap<>();

  void count(Incident incident) {
    counts.computeIfAbsent(incident, i -> new LongAdder()).increment();
  }

  Map<Incident, Long> all() {
    Map<Incident, Long> all = new EnumMap<>(Incident.class);
    counts.forEach((i, n) -> all.put(i, n.sum()));
    return all;
  }
}
