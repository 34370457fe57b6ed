package org.ferry.migrate.plan;

import java.util.List;

/**
 * The destination Space is not there, or Ferry's bot may not work in it; the message holds the
 * sentence that a person has to type, or what to change.
 */
public final class SpaceUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names what is in the way.
   *
   * @param problems at least one sentence
   */
  public SpaceUnusable(List<String> problems) {
    super(String.join("\n", problems));
  }
}
