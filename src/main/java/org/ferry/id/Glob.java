package org.ferry.id;

import java.util.List;
import java.util.regex.Pattern;

/** {@code *} stands for anything, {@code ?} for one character; letters in any case. */
public final class Glob {
  private final Pattern pattern;

  private Glob(Pattern pattern) {
    this.pattern = pattern;
  }

  /** Reads a glob; every text is one. */
  public static Glob of(String glob) {
    StringBuilder regex = new StringBuilder();
    glob.codePoints()
        .forEach(c -> {
          StringBuilder unused =
              switch (c) {
                case '*' -> regex.append(".*");
                case '?' -> regex.append('.');
                default -> regex.append(Pattern.quote(Character.toString(c)));
              };
        });
    return new Glob(
        Pattern.compile(
            regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL));
  }

  /** Reads several. */
  public static List<Glob> all(List<String> globs) {
    return globs.stream().map(Glob::of).toList();
  }

  /** Whether a whole text is as the glob says. */
  public boolean matches(String text) {
    return pattern.matcher(text).matches();
  }

  /** Whether a text is as one of the globs says. */
  public static boolean any(List<Glob> globs, String text) {
    return globs.stream().anyMatch(glob -> glob.matches(text));
  }
}
