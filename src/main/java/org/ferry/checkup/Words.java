package org.ferry.checkup;

import java.util.ArrayList;
import java.util.List;

/** Findings as lines of text. */
public final class Words {
  private static final String INDENT = " ".repeat(10);

  private Words() {}

  /** A finding: how bad, which check, what was found; then the remedy, to be pasted. */
  public static List<String> lines(Finding finding) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-8s  %s: %s".formatted(finding.level().word(), finding.check().word(), finding.text()));
    if (finding.remedy() != null) {
      finding.remedy().lines().forEach(line -> lines.add(INDENT + line));
    }
    return lines;
  }
}
