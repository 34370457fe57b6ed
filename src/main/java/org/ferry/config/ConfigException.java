package org.ferry.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration or registration that cannot be used; holds every problem that was found. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * Collects problems.
   *
   * @param problems at least one, in the order of the file
   */
  public ConfigException(List<Problem> problems) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /**
   * A problem of a whole file.
   *
   * @param file the file
   * @param text what is wrong and the remedy
   */
  public ConfigException(String file, String text) {
    this(List.of(new Problem(file, 0, "", text)));
  }

  /** Every problem, in the order of the file. */
  public List<Problem> problems() {
    return problems;
  }
}
