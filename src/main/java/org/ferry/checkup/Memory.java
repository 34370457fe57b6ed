package org.ferry.checkup;

import java.util.Optional;

/** Where the outcome of a checkup is kept between runs. Its methods block. */
public interface Memory {
  /** What was kept under a name, or empty. */
  Optional<String> find(String name);

  /** Keeps a text under a name, in the place of what was there. */
  void keep(String name, String json);
}
