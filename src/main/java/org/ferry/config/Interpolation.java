package org.ferry.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts environment variables into a value: {@code ${NAME}} and {@code ${NAME:-default}}, the latter
 * also where the variable is empty. {@code $$} before a brace stands for a dollar sign. What comes
 * from the environment is never read as YAML.
 */
final class Interpolation {
  private static final Pattern PLACE =
      Pattern.compile("\\$\\$(?=\\{)|\\$\\{(?<inside>[^}]*)(?<end>}?)");
  private static final Pattern INSIDE =
      Pattern.compile("(?<name>[A-Za-z_][A-Za-z0-9_]*)(?<or>:-(?<standard>.*))?", Pattern.DOTALL);

  private final Map<String, String> environment;

  Interpolation(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * The result.
   *
   * @param text the value with its variables put in
   * @param changed whether there were any
   * @param problems what could not be put in
   */
  record Result(String text, boolean changed, List<String> problems) {}

  Result apply(String text) {
    List<String> problems = new ArrayList<>();
    StringBuilder out = new StringBuilder();
    Matcher m = PLACE.matcher(text);
    boolean changed = false;
    while (m.find()) {
      String put = m.group("inside") == null ? "$" : variable(m, problems);
      changed |= m.group("inside") != null;
      m.appendReplacement(out, Matcher.quoteReplacement(put));
    }
    return new Result(m.appendTail(out).toString(), changed, problems);
  }

  private String variable(Matcher place, List<String> problems) {
    Matcher m = INSIDE.matcher(place.group("inside"));
    if (place.group("end").isEmpty() || !m.matches()) {
      // What stands behind it is not quoted: it may be the rest of a password.
      problems.add("its ${ is not that of ${NAME} or ${NAME:-default}; a literal ${ is $${");
      return "";
    }
    String value = environment.get(m.group("name"));
    if (m.group("or") != null) {
      return value == null || value.isEmpty() ? m.group("standard") : value;
    }
    if (value == null) {
      problems.add(
          "the environment variable "
              + m.group("name")
              + " is not set; set it, or write ${"
              + m.group("name")
              + ":-default}");
      return "";
    }
    return value;
  }
}
