package org.ferry.checkup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects findings and shows each at once. Used by one thread. */
final class Findings {
  private final Consumer<Finding> shown;
  private final List<Finding> all = new ArrayList<>();

  Findings(Consumer<Finding> shown) {
    this.shown = shown;
  }

  void add(Finding finding) {
    all.add(finding);
    shown.accept(finding);
  }

  void addAll(List<Finding> findings) {
    findings.forEach(this::add);
  }

  void ok(Check check, String text) {
    add(Finding.ok(check, text));
  }

  /** Whether a check has found a problem. */
  boolean broken(Check check) {
    return all.stream().anyMatch(f -> f.check() == check && f.level() == Level.PROBLEM);
  }

  List<Finding> all() {
    return List.copyOf(all);
  }
}
