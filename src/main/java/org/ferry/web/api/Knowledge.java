package org.ferry.web.api;

import java.util.List;
import org.ferry.migrate.explain.Known;

/** What Ferry knows of an id. Blocks; safe for use by many threads. */
@FunctionalInterface
public interface Knowledge {
  /**
   * Says all that is known.
   *
   * @param id an event id, room id, user id, alias or {@code mxc://} address of either side
   * @return from each place; nothing where nobody knows it
   * @throws IllegalArgumentException where it is none of these
   */
  List<Known> of(String id);
}
