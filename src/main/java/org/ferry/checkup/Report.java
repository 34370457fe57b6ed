package org.ferry.checkup;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a checkup found.
 *
 * @param server which homeserver answered, null where none did
 * @param findings in the order in which they were found
 * @param load what is to be carried
 * @param measured how fast it writes, null where that was not asked for or not possible
 */
public record Report(
    @Nullable ServerInfo server,
    List<Finding> findings,
    LastLoad load,
    @Nullable Measurement measured) {
  /** Copies the list. */
  public Report {
    findings = List.copyOf(findings);
  }

  /** How many findings are of a level. */
  public long count(Level level) {
    return findings.stream().filter(f -> f.level() == level).count();
  }

  /** What keeps {@code migrate} from beginning. */
  public List<Finding> blocking() {
    return findings.stream().filter(Finding::blocks).toList();
  }

  /** Whether all was tried that decides whether history arrives as it was, or enough to say no. */
  public boolean decidesHistory() {
    boolean tried = findings.stream().anyMatch(f -> f.check() == Check.TIMESTAMPS);
    return !broken(Check.HOMESERVER) && (tried || !blocking().isEmpty());
  }

  /** Whether a check has found a problem. */
  public boolean broken(Check check) {
    return findings.stream().anyMatch(f -> f.check() == check && f.level() == Level.PROBLEM);
  }
}
