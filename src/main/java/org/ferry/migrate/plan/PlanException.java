package org.ferry.migrate.plan;

import java.util.List;

/** A plan that cannot be followed; every problem with file, line and remedy. */
public final class PlanException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Names the problems.
   *
   * @param problems at least one sentence
   */
  public PlanException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
