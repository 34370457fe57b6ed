package org.ferry.crypto;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One turn of a machine: what it changes is committed whole or not at all.
 *
 * @param now the time of all of it
 * @param changes what is to be written
 * @param tally counts incidents, also those of a turn that is not committed
 * @param alarms what a person has to know once it is committed
 * @param seen hashes of the Olm messages of this turn
 */
record Turn(Instant now, Changes changes, Tally tally, List<String> alarms, Set<String> seen) {
  static Turn at(Instant now, Tally tally) {
    return new Turn(now, new Changes(), tally, new ArrayList<>(), new HashSet<>());
  }

  void add(CryptoChange change) {
    changes.add(change);
  }

  /** Whether this turn changes a row already. */
  boolean has(Object row) {
    return changes.has(row);
  }

  void alarm(String sentence) {
    var unused = alarms.add(sentence);
  }

  /** Counts; false, for a caller that gives up with it. */
  boolean refuse(Incident incident) {
    tally.count(incident);
    return false;
  }
}
